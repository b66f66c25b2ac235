package adversary

import (
	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// Those who cheat with uptime do so on a network without deals, where nodes are paid for being there and for watching each other.

// joinEach has nodes of a new owner each join, with bonds in base units. They do nothing but sign.
func joinEach(n *storage.Network, bonds ...int64) []*storage.Holder {
	var nodes []*storage.Holder
	for _, b := range bonds {
		nodes = append(nodes, n.Join(n.NewAccount(storage.Funds), b))
	}
	return nodes
}

// pass lets the open epoch pass. Then nodes claim what they collected of it, try to prove that and withdraw. It returns the proofs.
func pass(n *storage.Network, collect func(epoch uint64) []*storage.Presence) []*storage.Tx {
	epoch := n.Epoch()
	n.ToEpoch(epoch + 1)
	seen := collect(epoch)
	claimAll(n, seen)
	proofs := proveAll(n, seen)
	withdrawAll(n)
	return proofs
}

// claimAll claims what nodes collected of the epoch that has just passed, and makes blocks up to the last before its proofs.
func claimAll(n *storage.Network, seen []*storage.Presence) {
	for _, p := range seen {
		n.Send(p.Holder.Operator, p.ClaimMsg())
	}
	n.Next()
	e := n.Terms().Epoch
	n.To(n.Calendar().RollsAt - int64(e.EpochBlocks) + int64(e.ClaimWindowBlocks+e.SeedDelayBlocks) + 1)
}

// proveAll tries to prove what nodes have claimed.
func proveAll(n *storage.Network, seen []*storage.Presence) []*storage.Tx {
	var proofs []*storage.Tx
	for _, p := range seen {
		proofs = append(proofs, n.Try(p.Holder.Operator, p.ProofMsg()))
	}
	n.Next()
	return proofs
}

// withdrawAll withdraws what nodes have earned.
func withdrawAll(n *storage.Network) {
	for _, h := range n.Holders {
		if h.Earned() {
			n.Send(h.Operator, h.WithdrawMsg())
		}
	}
	n.Next()
}
