package types_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// idInput is everything a network id is derived from.
type idInput struct {
	chain        string
	founder      []byte
	name         string
	logic        []byte
	seq, attempt uint64
}

func (i idInput) id() string {
	return types.NetworkID(i.chain, i.founder, i.name, i.logic, i.seq, i.attempt)
}

// idInputs differ from the first in one part each, or move a byte from one part to the next.
func idInputs() []idInput {
	founder := bytes.Repeat([]byte{0x11}, 20)
	logic := bytes.Repeat([]byte{0x22}, 32)
	first := idInput{"mesh-local-1", founder, "StorageNet", nil, 1, 0}
	list := []idInput{first, first, first, first, first, first, first}
	list[1].chain = "mesh-local-2"
	list[2].founder = bytes.Repeat([]byte{0x12}, 20)
	list[3].name = "StorageNe"
	list[4].logic = logic
	list[5].seq = 2
	list[6].attempt = 1
	return append(list,
		idInput{"mesh-local-1\x11", founder[1:], "StorageNet", nil, 1, 0},
		idInput{"mesh-local-1", append(founder[:20:20], 'S'), "torageNet", nil, 1, 0},
		idInput{"mesh-local-1", founder, "StorageNe", []byte("t"), 1, 0},
		idInput{"mesh-local-1", founder, "StorageNet", []byte{0, 0, 0, 0, 0, 0, 0, 1}, 0, 0},
		idInput{"", nil, "", nil, 0, 0},
	)
}

func TestNetworkIDVectors(t *testing.T) {
	var text strings.Builder
	seen := map[string]bool{}
	for _, in := range idInputs() {
		id := in.id()
		require.NoError(t, types.CheckNetworkID(id))
		require.False(t, seen[id], "%s twice", id)
		seen[id] = true
		fmt.Fprintf(&text, "%s chain=%q founder=%x name=%q logic=%x seq=%d try=%d\n", id, in.chain, in.founder, in.name, in.logic, in.seq, in.attempt)
	}
	golden(t, "network_ids.txt", text.String())
}

// TestNetworkIDBindsEveryPart moves a border between two neighbouring parts, or counts seq or try
// up: the id must change, although the bytes behind each other are the same.
func TestNetworkIDBindsEveryPart(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		bz := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "bytes")
		cuts := rapid.SliceOfN(rapid.IntRange(0, len(bz)), 3, 3).Draw(t, "cuts")
		moved := rapid.SliceOfN(rapid.IntRange(0, len(bz)), 3, 3).Draw(t, "moved")
		seq, by := rapid.Uint64().Draw(t, "seq"), rapid.Uint64Range(1, 1_000).Draw(t, "by")
		a, b := cut(bz, cuts), cut(bz, moved)
		a.seq, b.seq = seq, seq
		if a.chain != b.chain || !bytes.Equal(a.founder, b.founder) || a.name != b.name {
			require.NotEqual(t, a.id(), b.id())
		}
		later, again := a, a
		later.seq += by
		again.attempt += by
		require.NotEqual(t, a.id(), later.id())
		require.NotEqual(t, a.id(), again.id())
		twice := a
		require.Equal(t, a.id(), twice.id())
	})
}

// cut divides bytes into chain id, founder, name and logic hash.
func cut(bz []byte, at []int) idInput {
	x, y, z := min(at[0], at[1], at[2]), 0, max(at[0], at[1], at[2])
	y = at[0] + at[1] + at[2] - x - z
	return idInput{chain: string(bz[:x]), founder: bz[x:y], name: string(bz[y:z]), logic: bz[z:]}
}

func TestCheckNetworkID(t *testing.T) {
	for _, c := range []struct {
		name, id string
		ok       bool
	}{
		{"ok: digits", "net_01234567", true},
		{"ok: letters", "net_89abcdef", true},
		{"fails: empty", "", false},
		{"fails: seven digits", "net_0123456", false},
		{"fails: nine digits", "net_012345678", false},
		{"fails: upper case", "net_89ABCDEF", false},
		{"fails: no hex digit", "net_0123456g", false},
		{"fails: before the digits", "net_0123456/", false},
		{"fails: behind the digits", "net_0123456:", false},
		{"fails: other prefix", "nat_01234567", false},
		{"fails: upper case prefix", "NET_01234567", false},
		{"fails: denom", "net_01234567/ustr", false},
		{"fails: two bytes for one digit", "net_012345é", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := types.CheckNetworkID(c.id)
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidRequest)
			require.EqualError(t, err, fmt.Sprintf("network id %q is not net_ and 8 hex digits: invalid request", c.id))
		})
	}
}
