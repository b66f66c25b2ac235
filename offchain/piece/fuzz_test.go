package piece_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

// Every decoder accepts only what its encoder writes.

func FuzzTrailer(f *testing.F) {
	secret := [16]byte{7}
	good := piece.TrailerOf(secret, 1, 2, 2<<20, 3, [32]byte{4})
	f.Add(good)
	f.Add(piece.TrailerOf(secret, 1<<31, 1<<31, piece.MaxLength, 1<<63, [32]byte{}))
	f.Add(piece.TrailerOf(secret, 0, 2, 1, 3, [32]byte{4}))
	f.Add(piece.TrailerOf(secret, 1, 2, piece.MaxLength+1, 3, [32]byte{4}))
	f.Add(piece.TrailerOf([16]byte{8}, 1, 2, 1, 3, [32]byte{4}))
	f.Add(good[1:])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if again, err := piece.ReadTrailer(b, secret); err == nil {
			require.Equal(t, b, again)
		} else {
			require.ErrorIs(t, err, piece.ErrCorrupt)
		}
	})
}

func FuzzHeader(f *testing.F) {
	f.Add(piece.HeaderOf([16]byte{1}, 2))
	f.Add(piece.HeaderOf([16]byte{1}, 2)[1:])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if again, err := piece.ReadHeader(b); err == nil {
			require.Equal(t, b, again)
		} else {
			require.ErrorIs(t, err, piece.ErrCorrupt)
		}
	})
}

func FuzzIndexValues(f *testing.F) {
	key, value := piece.PlacedOf(1, 2, 3, [32]byte{4})
	f.Add(key, value)
	f.Add(key, value[1:])
	f.Add(key[1:], value)
	f.Add(piece.EntryOf(1, 2, 3), piece.VolumeEntryOf(1, 4096, 1))
	f.Add(piece.EntryOf(0, 0, 3), piece.VolumeEntryOf(3, 0, 0))
	f.Add(piece.EntryOf(0, 1, 3), piece.VolumeEntryOf(4, 0, 0))
	f.Add(piece.EntryOf(1, 1, 0), piece.VolumeEntryOf(1, -4096, 1))
	f.Fuzz(func(t *testing.T, key, value []byte) {
		for _, b := range [][]byte{key, value} {
			if again, err := piece.ReadEntry(b); err == nil {
				require.Equal(t, b, again)
			} else {
				require.ErrorIs(t, err, piece.ErrCorrupt)
			}
			if again, err := piece.ReadVolumeEntry(b); err == nil {
				require.Equal(t, b, again)
			} else {
				require.ErrorIs(t, err, piece.ErrCorrupt)
			}
		}
		newKey, newValue, err := piece.ReadPlaced(key, value)
		if err == nil {
			require.Equal(t, key, newKey)
			require.Equal(t, value, newValue)
		} else {
			require.ErrorIs(t, err, piece.ErrCorrupt)
		}
	})
}

func TestDecoders(t *testing.T) {
	secret := [16]byte{7}
	good := piece.TrailerOf(secret, 1, 2, 2<<20, 3, [32]byte{4})
	again, err := piece.ReadTrailer(good, secret)
	require.NoError(t, err)
	require.Equal(t, good, again)
	require.Len(t, good, piece.TrailerSize)
	for i := range good {
		good[i] ^= 0x10
		_, err := piece.ReadTrailer(good, secret)
		require.ErrorIs(t, err, piece.ErrCorrupt, "byte %d", i)
		good[i] ^= 0x10
	}
	for name, b := range map[string][]byte{
		"no volume":  piece.TrailerOf(secret, 0, 2, 1, 3, [32]byte{}),
		"first page": piece.TrailerOf(secret, 1, 0, 1, 3, [32]byte{}),
		"no bytes":   piece.TrailerOf(secret, 1, 2, 0, 3, [32]byte{}),
		"too long":   piece.TrailerOf(secret, 1, 2, piece.MaxLength+1, 3, [32]byte{}),
	} {
		_, err := piece.ReadTrailer(b, secret)
		require.ErrorIs(t, err, piece.ErrCorrupt, name)
	}
	head := piece.HeaderOf(secret, 5)
	require.Len(t, head, piece.HeaderSize)
	for i := range head {
		head[i] ^= 0x10
		_, err := piece.ReadHeader(head)
		require.ErrorIs(t, err, piece.ErrCorrupt, "byte %d", i)
		head[i] ^= 0x10
	}
	again, err = piece.ReadHeader(head)
	require.NoError(t, err)
	require.Equal(t, head, again)
}
