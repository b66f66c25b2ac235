package keeper_test

import (
	"fmt"
	"maps"
	"math/rand/v2"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// content is what a client put into a deal: two segments of n pieces each.
type content struct {
	layout *proof.Layout
	pieces [][][]byte // by segment and index
}

// put makes content for a deal's next layout: pieces of 1,500 bytes and of 70.
func (f *fixture) put(deal uint64, n uint32, version uint64) types.Layout {
	c := &content{}
	r := rand.New(rand.NewPCG(deal, version))
	var segments proof.SegmentList
	for _, length := range []int{1_500, 70} {
		s := proof.Segment{Length: uint64(length)}
		var pieces [][]byte
		for range n {
			piece := make([]byte, length)
			for i := range piece {
				piece[i] = byte(r.Uint32())
			}
			pieces = append(pieces, piece)
			s.Roots = append(s.Roots, blake3.Sum256(piece))
		}
		segments, c.pieces = append(segments, s), append(c.pieces, pieces)
	}
	layout, err := proof.BuildLayout(n, segments)
	require.NoError(f.t, err)
	c.layout = layout
	f.contents[[2]uint64{deal, version}] = c
	root := layout.Root()
	return types.Layout{Version: version, Root: root.Hash[:], Bytes: root.Bytes}
}

// owing is one deal that owes a node something for an epoch.
type owing struct {
	deal   types.Deal
	number uint32
	acked  types.Layout
}

// owing adds up, index by index and stint by stint, what a node is owed for an epoch. It is what
// the keeper's sums must come to.
func (f *fixture) owing(g *types.GenesisState, node, epoch uint64) []owing {
	network := f.network()
	deals := map[uint64]types.Deal{}
	for _, d := range g.Deals {
		deals[d.Id] = d
	}
	var list []owing
	for _, s := range g.Indices {
		if deals[s.Deal].Network == network && s.Index.Node == node && s.Index.Covers(epoch, deals[s.Deal]) {
			list = append(list, owing{deals[s.Deal], s.Number, f.provedBy(node, epoch, s.Deal, s.Index.Acked)})
		}
	}
	for _, s := range g.Stints {
		if deals[s.Deal].Network == network && s.Stint.Node == node && s.Stint.FromEpoch <= epoch && epoch <= s.Stint.ToEpoch {
			list = append(list, owing{deals[s.Deal], s.Stint.Index, f.provedBy(node, epoch, s.Deal, s.Stint.Acked)})
		}
	}
	return list
}

// provedBy returns the layout a node proves a deal with: the one it had acknowledged when it claimed, or, before that,
// the one it has acknowledged now. It knows that by having looked, and not from the chain.
func (f *fixture) provedBy(node, epoch, deal uint64, acked types.Layout) types.Layout {
	if l, ok := f.claimedWith[[3]uint64{node, epoch, deal}]; ok {
		return l
	}
	return acked
}

// holdings is what a node has on disk for the deals of a claim.
type holdings struct {
	f    *fixture
	list []owing
}

func (h holdings) find(deal uint64) (owing, *content, error) {
	for _, o := range h.list {
		if o.deal.Id == deal {
			return o, h.f.contents[[2]uint64{deal, o.acked.Version}], nil
		}
	}
	return owing{}, nil, fmt.Errorf("deal %d is not held", deal)
}

// Layout implements proof.Holdings.
func (h holdings) Layout(deal uint64) (*proof.Layout, uint32, error) {
	o, c, err := h.find(deal)
	if err != nil {
		return nil, 0, err
	}
	return c.layout, o.number, nil
}

// Group implements proof.Holdings; every piece is one group.
func (h holdings) Group(deal uint64, segment int, _ uint64) ([]byte, []byte, error) {
	o, c, err := h.find(deal)
	if err != nil {
		return nil, nil, err
	}
	piece := c.pieces[segment][o.number]
	cv, err := proof.GroupCV(piece, 0, uint64(len(piece)))
	return piece, cv[:], err
}

// trie is the claim of a node for an epoch, of true weights unless the test changes them.
func (f *fixture) trie(list []owing, change func(*proof.Leaf)) *proof.Trie {
	var leaves proof.LeafList
	for _, o := range list {
		weight, err := proof.FromBig(o.deal.Rate.BigInt())
		require.NoError(f.t, err)
		leaf := proof.Leaf{Item: o.deal.Id, Weight: weight}
		if change != nil {
			change(&leaf)
		}
		leaves = append(leaves, leaf)
	}
	trie, err := proof.BuildTrie(leaves)
	require.NoError(f.t, err)
	return trie
}

// claimMsg claims what a node is owed.
func (f *fixture) claimMsg(node, epoch uint64) *types.MsgClaim {
	_, err := f.queries.Claim(f.ctx, &types.QueryClaimRequest{Network: f.network(), Node: node, Epoch: epoch})
	if err != nil { // it counts what is acknowledged now
		maps.DeleteFunc(f.claimedWith, func(at [3]uint64, _ types.Layout) bool { return at[0] == node && at[1] == epoch })
	}
	list := f.owing(f.export(), node, epoch)
	for _, o := range list {
		f.claimedWith[[3]uint64{node, epoch, o.deal.Id}] = o.acked
	}
	root := f.trie(list, nil).Root()
	return &types.MsgClaim{Operator: f.operator(node), Network: f.network(), Epoch: epoch, Root: root.Hash[:], Total: intOf(root.Sum)}
}

// seedOf returns the seed of a node's proof, or asks the beacon as the chain will.
func (f *fixture) seedOf(node, epoch uint64) [32]byte {
	rsp, err := f.queries.Window(f.ctx, &types.QueryWindowRequest{Network: f.network(), Epoch: epoch})
	require.NoError(f.t, err)
	require.NotZero(f.t, rsp.Window.SeedHeight, "no seed for epoch %d at height %d", epoch, f.ctx.BlockHeight())
	return types.ProofSeed(rsp.Window.Seed, f.home, epoch, node)
}

// proveMsg proves what a node claimed.
func (f *fixture) proveMsg(node, epoch uint64) *types.MsgProve {
	list := f.owing(f.export(), node, epoch)
	return f.proofOf(node, epoch, f.trie(list, nil), list, f.seedOf(node, epoch))
}

// proofOf proves any trie with any seed.
func (f *fixture) proofOf(node, epoch uint64, trie *proof.Trie, list []owing, seed [32]byte) *types.MsgProve {
	openings := types.Openings(f.w.terms(epoch).Storage.Openings, uint64(len(f.w.at(f.home).nodes)))
	p, err := proof.ProveStorage(trie, seed, openings, holdings{f, list})
	require.NoError(f.t, err)
	bz, err := p.Encode()
	require.NoError(f.t, err)
	return &types.MsgProve{Operator: f.operator(node), Network: f.network(), Epoch: epoch, Proof: bz}
}

// sign acknowledges a layout with a node's host key.
func (f *fixture) sign(node, deal uint64, index uint32, l types.Layout) []byte {
	ack := proof.Ack{Deal: deal, Version: l.Version, Root: [32]byte(l.Root), Bytes: l.Bytes, Index: index}
	sig, err := ack.Sign(hostKey(node), proof.Domain{ChainID: chainID, Network: networkID})
	require.NoError(f.t, err)
	return sig
}

// answerMsg shows the block a request asks for.
func (f *fixture) answerMsg(r types.OpenRequest) *types.MsgAnswerOpen {
	n := f.deal(r.Deal).Deal.Profile.N
	for key, c := range f.contents {
		if root := c.layout.Root(); key[0] == r.Deal && string(root.Hash[:]) == string(r.LayoutRoot) {
			opening, segment, err := c.layout.Open(r.Index, r.Position)
			require.NoError(f.t, err)
			piece, err := proof.VerifyLayout(root, n, r.Index, r.Position, opening)
			require.NoError(f.t, err)
			data := c.pieces[segment][r.Index]
			cv, err := proof.GroupCV(data, 0, uint64(len(data)))
			require.NoError(f.t, err)
			chunk, err := proof.OpenChunk(data, cv[:], piece.Length, piece.Chunk())
			require.NoError(f.t, err)
			return &types.MsgAnswerOpen{Operator: operator(r.Node), Request: r.Id, LayoutOpening: opening, ChunkOpening: chunk}
		}
	}
	require.Fail(f.t, "no content has the layout of the request")
	return nil
}
