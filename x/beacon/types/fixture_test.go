package types_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// filled returns 32 bytes that are all b.
func filled(b byte) []byte { return bytes.Repeat([]byte{b}, types.HashBytes) }

// requireError wants err to be nil where want is empty, else to be the sentinel with the text.
func requireError(t *testing.T, err, is error, want string) {
	t.Helper()
	if is == nil {
		require.NoError(t, err)
		return
	}
	require.ErrorIs(t, err, is)
	require.EqualError(t, err, want)
}
