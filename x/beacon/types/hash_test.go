package types_test

import (
	"encoding/hex"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// counting returns the bytes 0 to 31.
func counting() []byte {
	bz := make([]byte, types.HashBytes)
	for i := range bz {
		bz[i] = byte(i)
	}
	return bz
}

// The vectors were computed with another implementation of SHA-256 from the definitions: a step is
// the hash of "mesh/beacon/step", 0 and the value; a round that of "mesh/beacon/round", 0, R, the
// height in eight bytes, big end first, and the preimage; the first R that of
// "mesh/beacon/genesis", 0 and the chain id.

func TestStepVectors(t *testing.T) {
	for _, c := range []struct {
		name  string
		value []byte
		steps int
		want  string
	}{
		{"ok: nothing", nil, 1, "106bb531460fb8586d6989d036688b141516c939c0120e562563697ff20b7662"},
		{"ok: zeros", filled(0), 1, "0a40d9b8a82b00d79482f09bc36d30ec5fad64b5c9e5943ebd928e21b6a9d4f0"},
		{"ok: one step", counting(), 1, "9d88a8a021a63b966e3d519c30355620b84066e707dd9154afb20fb5cb4c643a"},
		{"ok: two steps", counting(), 2, "de7cebe2c7295df32a9bb200ed5d17489bd8afe9835f182685cc6f4061507b67"},
		{"ok: a thousand steps", counting(), 1000, "863d9f61e481976a1b491dfe6c698f4731bbd5ba6cc114a5da5dd6de63801e2a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			value := c.value
			for range c.steps {
				next := types.Step(value)
				value = next[:]
			}
			require.Equal(t, c.want, hex.EncodeToString(value))
		})
	}
}

func TestNextValueVectors(t *testing.T) {
	for _, c := range []struct {
		name     string
		r        []byte
		height   int64
		preimage []byte
		want     string
	}{
		{"ok: height 1", filled(0), 1, counting(), "5c8e9b2946b26e364da145d56e3cb39d5428fbf9799a1608442fe28a3cd6dd05"},
		{"ok: greatest height", counting(), math.MaxInt64, filled(0xff), "9447faf06d1fd53177ff33935c06834af1e5fd93c6f57d452f16e5a52d99d88b"},
		{"ok: first of a chain", types.FirstValue("mesh-1"), 1, counting(), "d7590236ae9b4b72f42fe5874f6baa0872900be6a6a34891481ce427f18d3d36"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, hex.EncodeToString(types.NextValue(c.r, c.height, c.preimage)))
		})
	}
}

func TestFirstValueVectors(t *testing.T) {
	require.Equal(t, "b2645d54fc051d5286c0c67140d0fd1d393fd825de1b70cba466ba5fe2974e3c", hex.EncodeToString(types.FirstValue("")))
	require.Equal(t, "44724bb6e836dc2a0baf2e4ebba30a6b05da70e4ed5c42a4cfc6f47bb81bed32", hex.EncodeToString(types.FirstValue("mesh-1")))
}

// Each input of a value counts, and no input is changed: slices with room behind them are where an
// append would write.
func TestNextValueInputs(t *testing.T) {
	hash := rapid.SliceOfN(rapid.Byte(), types.HashBytes, types.HashBytes)
	seeded.Property(t, func(t *rapid.T) {
		r, preimage := hash.Draw(t, "r"), hash.Draw(t, "preimage")
		height := rapid.Int64Range(1, math.MaxInt64-1).Draw(t, "height")
		roomy := append(make([]byte, 0, 256), r...)
		got := types.NextValue(roomy, height, preimage)
		require.Equal(t, got, types.NextValue(r, height, preimage))
		require.Equal(t, make([]byte, 256-len(r)), roomy[len(r):256], "writes behind its input")
		require.NotEqual(t, got, types.NextValue(r, height+1, preimage))
		require.NotEqual(t, got, types.NextValue(flipped(t, r), height, preimage))
		require.NotEqual(t, got, types.NextValue(r, height, flipped(t, preimage)))
	})
}

// flipped returns a copy with one bit changed.
func flipped(t *rapid.T, bz []byte) []byte {
	bit := rapid.IntRange(0, 8*len(bz)-1).Draw(t, "bit")
	other := append([]byte(nil), bz...)
	other[bit/8] ^= 1 << (bit % 8)
	return other
}
