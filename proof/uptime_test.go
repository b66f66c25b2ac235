package proof_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

func genSeals() *rapid.Generator[[]proof.Seal] {
	return rapid.Custom(func(t *rapid.T) []proof.Seal {
		watchers := rapid.SliceOfNDistinct(rapid.Uint64(), 1, proof.MaxSeals, rapid.ID[uint64]).Draw(t, "watchers")
		slices.Sort(watchers)
		seals := make([]proof.Seal, len(watchers))
		for i, w := range watchers {
			seals[i] = proof.Seal{Watcher: w, Sig: [64]byte(fill(byte(w), 64))}
		}
		return seals
	})
}

func TestSealsRoundTrip(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		seals := genSeals().Draw(t, "seals")
		b, err := proof.EncodeSeals(seals)
		require.NoError(t, err)
		got, err := proof.DecodeSeals(b)
		require.NoError(t, err)
		require.Equal(t, seals, got)
	})
}

func TestSealsRefused(t *testing.T) {
	one := proof.Seal{Watcher: 1}
	for name, seals := range map[string][]proof.Seal{
		"none": nil, "too many": make([]proof.Seal, proof.MaxSeals+1), "twice": {one, one}, "descending": {{Watcher: 2}, one},
	} {
		_, err := proof.EncodeSeals(seals)
		require.Error(t, err, name)
	}
	sig := make([]byte, 64)
	for _, tc := range []struct {
		name string
		in   []byte
		err  error
	}{
		{"ok: one", slices.Concat([]byte{1, 9}, sig), nil},
		{"fails: empty", nil, proof.ErrTruncated},
		{"fails: none", []byte{0}, proof.ErrRange},
		{"fails: too many", []byte{65}, proof.ErrRange},
		{"fails: a watcher twice", slices.Concat([]byte{2, 9}, sig, []byte{9}, sig), proof.ErrOrder},
		{"fails: descending", slices.Concat([]byte{2, 9}, sig, []byte{8}, sig), proof.ErrOrder},
		{"fails: cut signature", slices.Concat([]byte{1, 9}, sig[1:]), proof.ErrTruncated},
		{"fails: long watcher", slices.Concat([]byte{1, 0x89, 0}, sig), proof.ErrNotCanonical},
		{"fails: left over", slices.Concat([]byte{1, 9}, sig, []byte{0}), proof.ErrTrailing},
		{"fails: too long", make([]byte, 10_000), proof.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			seals, err := proof.DecodeSeals(tc.in)
			require.ErrorIs(t, err, tc.err)
			if tc.err != nil {
				require.Nil(t, seals)
			}
		})
	}
}

func FuzzDecodeSeals(f *testing.F) {
	f.Add(must(proof.EncodeSeals([]proof.Seal{{Watcher: 1}, {Watcher: 300, Sig: [64]byte{7}}})))
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, b []byte) {
		seals, err := proof.DecodeSeals(b)
		if err != nil {
			return
		}
		enc, err := proof.EncodeSeals(seals)
		require.NoError(t, err)
		require.Equal(t, b, enc)
	})
}

// attested is a node's uptime: the seals of its slots.
type attested map[uint64][]byte

func newAttested(slots ...uint32) (attested, *proof.Trie) {
	a, leaves := attested{}, proof.LeafList{}
	for _, slot := range slots {
		b := must(proof.EncodeSeals([]proof.Seal{{Watcher: uint64(slot) + 100, Sig: [64]byte{byte(slot)}}}))
		a[uint64(slot)], leaves = b, append(leaves, proof.SlotLeaf(slot, b))
	}
	return a, must(proof.BuildTrie(leaves))
}

func (a attested) seals(slot uint64) ([]byte, error) { return a[slot], nil }

func TestUptimeProof(t *testing.T) {
	a, trie := newAttested(0, 1, 3, 4, 63)
	require.Equal(t, proof.U64(5), trie.Root().Sum)
	for seed := range byte(50) {
		p, err := proof.ProveUptime(trie, [32]byte{seed}, 3, a.seals)
		require.NoError(t, err)
		enc, err := p.Encode()
		require.NoError(t, err)
		got, err := proof.DecodeUptimeProof(enc)
		require.NoError(t, err)
		require.Equal(t, p, got)
		var asked []uint64
		check := func(slot uint64, seals []proof.Seal) error {
			require.Equal(t, []proof.Seal{{Watcher: slot + 100, Sig: [64]byte{byte(slot)}}}, seals)
			asked = append(asked, slot)
			return nil
		}
		require.NoError(t, got.Verify(trie.Root(), [32]byte{seed}, 3, check))
		require.Len(t, asked, len(p.Seals), "every slot that is opened is asked about once")
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(asked))), len(asked))
	}
}

func TestUptimeProofRefused(t *testing.T) {
	a, trie := newAttested(0, 1, 2, 3, 4, 5)
	seed := [32]byte{1}
	fine := func(uint64, []proof.Seal) error { return nil }
	no := errors.New("no")
	good := must(proof.ProveUptime(trie, seed, 3, a.seals))
	require.Len(t, good.Seals, 3, "the seed draws three different slots")
	change := func(f func(p *proof.UptimeProof)) proof.UptimeProof {
		p := proof.UptimeProof{Multiproof: slices.Clone(good.Multiproof), Seals: slices.Clone(good.Seals)}
		f(&p)
		return p
	}
	other := must(proof.EncodeSeals([]proof.Seal{{Watcher: 1}}))
	heavy := must(proof.BuildTrie(proof.LeafList{{Item: 1, Weight: proof.U64(2), Data: proof.SlotLeaf(1, a[1]).Data}}))
	far := must(proof.BuildTrie(proof.LeafList{{Item: 64, Weight: proof.U64(1), Data: proof.SlotLeaf(64, a[1]).Data}}))
	open := func(trie *proof.Trie) proof.UptimeProof {
		draws := must(proof.Draws(seed, proof.TagSlot, 3, trie.Root().Sum))
		m, _, err := trie.Prove(draws)
		require.NoError(t, err)
		return proof.UptimeProof{Multiproof: m, Seals: [][]byte{a[1]}}
	}
	for _, tc := range []struct {
		name  string
		root  proof.Node
		k     int
		p     proof.UptimeProof
		check func(uint64, []proof.Seal) error
		err   error
	}{
		{"ok", trie.Root(), 3, good, fine, nil},
		{"fails: too few seals", trie.Root(), 3, good, func(uint64, []proof.Seal) error { return no }, no},
		{"fails: another root", proof.Node{Hash: [32]byte{1}, Sum: proof.U64(6)}, 3, good, fine, proof.ErrRoot},
		{"fails: fewer draws", trie.Root(), 2, good, fine, proof.ErrRange},
		{"fails: no draws", trie.Root(), 0, good, fine, proof.ErrDraws},
		{"fails: seals missing", trie.Root(), 3, change(func(p *proof.UptimeProof) { p.Seals = p.Seals[:2] }), fine, proof.ErrDraws},
		{"fails: seals left over", trie.Root(), 3, change(func(p *proof.UptimeProof) { p.Seals = append(p.Seals, other) }), fine, proof.ErrDraws},
		{"fails: seals made after the claim", trie.Root(), 3, change(func(p *proof.UptimeProof) { p.Seals[1] = other }), fine, proof.ErrRoot},
		{"fails: seals of another slot", trie.Root(), 3, change(func(p *proof.UptimeProof) { p.Seals[1] = p.Seals[0] }), fine, proof.ErrRoot},
		{"fails: seals that are none", trie.Root(), 3, change(func(p *proof.UptimeProof) { p.Seals[1] = []byte{0} }), fine, proof.ErrRange},
		{"fails: a slot that counts twice", heavy.Root(), 3, open(heavy), fine, proof.ErrWeight},
		{"fails: a slot beyond the last", far.Root(), 3, open(far), fine, proof.ErrRoot},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.ErrorIs(t, tc.p.Verify(tc.root, seed, tc.k, tc.check), tc.err)
		})
	}
	_, err := proof.ProveUptime(trie, seed, 3, func(uint64) ([]byte, error) { return other, nil })
	require.ErrorIs(t, err, proof.ErrRoot)
	_, err = proof.ProveUptime(trie, seed, 3, func(uint64) ([]byte, error) { return nil, no })
	require.ErrorIs(t, err, no)
}

func FuzzUptimeProof(f *testing.F) {
	a, trie := newAttested(0, 1, 2, 3, 4, 5)
	seed := [32]byte{1}
	f.Add(must(must(proof.ProveUptime(trie, seed, 3, a.seals)).Encode()))
	f.Add([]byte{0, 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := proof.DecodeUptimeProof(b)
		if err != nil {
			return
		}
		enc, err := p.Encode()
		require.NoError(t, err)
		require.Equal(t, b, enc)
		if err := p.Verify(trie.Root(), seed, 3, func(uint64, []proof.Seal) error { return nil }); err == nil {
			require.Equal(t, must(proof.ProveUptime(trie, seed, 3, a.seals)), p, "only one proof verifies")
		}
	})
}
