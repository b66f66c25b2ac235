package p2p

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestThreeNodesStartColdThroughOneBootstrap(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	cfg := testConfig(t)
	cfg.Bootstrap = a.addresses()
	b := start(t, cfg, Deps{})
	cfg = testConfig(t)
	cfg.Bootstrap = a.addresses()
	c := start(t, cfg, Deps{})
	together(a, b, c)
	require.Equal(t, 2, b.Status().Connected)
}
