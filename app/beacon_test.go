package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	beaconkeeper "github.com/mesh-protocol/mesh/x/beacon/keeper"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// chainLength is the number of reveals of the validator's hash chain on a test chain.
const chainLength = 64

// hashChain returns the values of the validator's chain in the order in which they are hashed, the
// tip last; value n-1-k is the preimage of reveal k.
func hashChain(n int) [][]byte {
	value := make([]byte, beacontypes.HashBytes)
	list := [][]byte{}
	for range n {
		list = append(list, value)
		next := beacontypes.Step(value)
		value = next[:]
	}
	return append(list, value)
}

// withHashChain registers the validator's hash chain at genesis, in use from height 1.
func withHashChain() edit {
	return change(beacontypes.ModuleName, func(s *beacontypes.GenesisState) {
		s.Revealers = []beacontypes.Revealer{beacontypes.NewRevealer(who("validator").operator(), 1, hashChain(chainLength)[chainLength], chainLength, 1)}
		s.NextId = 2
	})
}

// reveal returns the transaction with reveal k of the validator.
func reveal(t *testing.T, k int) []byte {
	t.Helper()
	bz, err := beaconkeeper.BuildTx(who("validator").operator(), hashChain(chainLength)[chainLength-1-k])
	require.NoError(t, err)
	return bz
}

// TestRevealPassesInItsPlaceOnly: the one road of a reveal is index 0 of its proposer's block.
func TestRevealPassesInItsPlaceOnly(t *testing.T) {
	c := newChain(t, withHashChain())
	first := c.block(reveal(t, 0), reveal(t, 1))
	require.Equal(t, result{}, resultOf(first.TxResults[0]), first.TxResults[0].Log)
	require.Equal(t, noReveal, resultOf(first.TxResults[1]))
	second := c.block(c.sign(who("client"), 0, newNetwork(who("client"), "StorageNet")), reveal(t, 1))
	require.Equal(t, result{}, resultOf(second.TxResults[0]), second.TxResults[0].Log)
	require.Equal(t, noReveal, resultOf(second.TxResults[1]))
	third := c.block(reveal(t, 1))
	require.Equal(t, result{}, resultOf(third.TxResults[0]), third.TxResults[0].Log)
}
