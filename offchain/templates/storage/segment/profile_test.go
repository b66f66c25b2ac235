package segment_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/test/seeded"
)

func TestProfiles(t *testing.T) {
	owners := map[string]int{"copy": 5, "tiny": 6, "small": 12, "std": 32, "wide": 131}
	require.Len(t, segment.Profiles(), len(owners))
	for _, p := range segment.Profiles() {
		require.Equal(t, owners[p.Name], segment.OwnersFor(p.Profile))
		got, err := segment.ByName(p.Name)
		require.NoError(t, err)
		require.Equal(t, p.Profile, got)
		require.Equal(t, p.Name, segment.Name(p.Profile))
	}
	require.Equal(t, "3/7", segment.Name(work.Profile{K: 3, N: 7}))
	_, err := segment.ByName("huge")
	require.ErrorIs(t, err, segment.ErrProfile)
}

func TestChoose(t *testing.T) {
	for owners, want := range map[int]string{
		5: "copy", 6: "tiny", 11: "tiny", 12: "small", 31: "small", 32: "std", 130: "std", 131: "wide", 1 << 20: "wide",
	} {
		t.Run(fmt.Sprintf("ok: %d owners", owners), func(t *testing.T) {
			p, err := segment.Choose(owners)
			require.NoError(t, err)
			require.Equal(t, want, segment.Name(p))
		})
	}
	for _, owners := range []int{-1, 0, 4} {
		t.Run(fmt.Sprintf("fails: %d owners", owners), func(t *testing.T) {
			_, err := segment.Choose(owners)
			var few *segment.OwnersError
			require.ErrorAs(t, err, &few)
			require.ErrorIs(t, err, segment.ErrOwners)
			require.Equal(t, segment.OwnersError{Need: 5, Have: owners}, *few)
			require.Equal(t, fmt.Sprintf("too few owners: 5 are needed, there are %d", owners), err.Error())
		})
	}
}

func TestNewCoder(t *testing.T) {
	for _, p := range []work.Profile{{K: 1, N: 2}, {K: 255, N: 256}, {K: 1, N: 256}} {
		c, err := segment.NewCoder(p)
		require.NoError(t, err)
		require.Equal(t, p, c.Profile())
	}
	for _, p := range []work.Profile{{}, {K: 1, N: 1}, {K: 0, N: 3}, {K: -1, N: 3}, {K: 4, N: 3}, {K: 29, N: 257}} {
		_, err := segment.NewCoder(p)
		require.ErrorIs(t, err, segment.ErrProfile, "%v", p)
	}
}

func TestSizes(t *testing.T) {
	require.Equal(t, 8_386_560, segment.MaxPlain)
	require.Equal(t, 8<<20, segment.MaxContent)
	for plain, want := range map[int]int{1: 17, 65520: 65536, 65521: 65553, segment.MaxPlain: segment.MaxContent} {
		got, err := segment.ContentLength(plain)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, plain := range []int{-1, 0, segment.MaxPlain + 1} {
		_, err := segment.ContentLength(plain)
		require.ErrorIs(t, err, segment.ErrLength)
	}
	for _, content := range []int{-1, 0, 16, 65537, 65552, segment.MaxContent + 17} {
		_, err := segment.PlainLength(content)
		require.ErrorIs(t, err, segment.ErrLength)
	}
	for _, tt := range []struct{ content, k, want int }{
		{1, 1, 1}, {17, 4, 5}, {17, 29, 1}, {4 * 65536, 4, 65536}, {4*65536 + 1, 4, 65537},
		{segment.MaxContent, 1, 8 << 20}, {segment.MaxContent, 4, 2 << 20}, {segment.MaxContent, 8, 1 << 20}, {segment.MaxContent, 29, 289263},
	} {
		got, err := segment.PieceLength(tt.content, tt.k)
		require.NoError(t, err)
		require.Equal(t, tt.want, got)
	}
	_, err := segment.PieceLength(0, 4)
	require.ErrorIs(t, err, segment.ErrLength)
	_, err = segment.PieceLength(1, 0)
	require.ErrorIs(t, err, segment.ErrProfile)
	seeded.Property(t, func(t *rapid.T) {
		plain := rapid.IntRange(1, segment.MaxPlain).Draw(t, "plain")
		content, err := segment.ContentLength(plain)
		require.NoError(t, err)
		again, err := segment.PlainLength(content)
		require.NoError(t, err)
		require.Equal(t, plain, again)
	})
}

func TestCount(t *testing.T) {
	const full = segment.MaxPlain
	for _, tt := range []struct {
		size, count uint64
		last        int
	}{{0, 0, 0}, {1, 1, 1}, {full, 1, full}, {full + 1, 2, 1}, {3*full - 1, 3, full - 1}, {1<<64 - 1, (1<<64-1)/full + 1, (1<<64 - 1) % full}} {
		require.Equal(t, tt.count, segment.Count(tt.size))
		require.Equal(t, 0, segment.LengthOf(tt.size, tt.count))
		if tt.count > 0 {
			require.Equal(t, tt.last, segment.LengthOf(tt.size, tt.count-1))
		}
		if tt.count > 1 {
			require.Equal(t, full, segment.LengthOf(tt.size, 0))
		}
	}
}
