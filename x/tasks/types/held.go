package types

import (
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// NetworkKey is what a state of x/tasks does not say of a network that it names by its id.
type NetworkKey struct {
	// Seq of the network.
	Seq uint64
	// Denom of its token.
	Denom string
}

// Held returns what the module's account has if the state is right, in base units of each token: escrows and reserves
// of the open deals less what proofs have been paid of them, prices of repairs that nobody has earned yet, bonds of
// requests, what is left in channels, escrows of posted tasks, bonds of disputes, and slashes that are held. networks
// are those of the chain by id; the error is ErrInvalidGenesis where one is missing, and where a deal has paid more
// than its escrow.
//
// It walks over all that there is: for tools and tests, never in a block.
func (g GenesisState) Held(networks map[string]NetworkKey) (sdk.Coins, error) {
	held, deals := sdk.NewCoins(), map[uint64]Deal{}
	add := func(network string, amounts ...math.Int) error {
		key, ok := networks[network]
		if !ok {
			return ErrInvalidGenesis.Wrapf("network %s is not there", network)
		}
		for _, a := range amounts {
			held = held.Add(sdk.NewCoin(key.Denom, a))
		}
		return nil
	}
	paid := g.paid(networks)
	for _, d := range g.Deals {
		deals[d.Id] = d
		left := d.Escrow
		if p, ok := paid[d.Id]; ok {
			left = left.Sub(p)
		}
		if left.IsNegative() {
			return nil, ErrInvalidGenesis.Wrapf("deal %d has paid %s of an escrow of %s", d.Id, paid[d.Id], d.Escrow)
		}
		if err := add(d.Network, left, d.Reserve); err != nil {
			return nil, err
		}
	}
	for _, i := range g.Indices {
		if err := add(deals[i.Deal].Network, i.Index.RepairPay); err != nil {
			return nil, err
		}
	}
	for _, r := range g.Requests {
		if err := add(deals[r.Deal].Network, r.Bond); err != nil {
			return nil, err
		}
	}
	for _, c := range g.Channels {
		if err := add(c.Network, c.Left()); err != nil {
			return nil, err
		}
	}
	for _, t := range g.Tasks {
		amounts := []math.Int{t.Escrow}
		if t.Dispute != nil {
			amounts = append(amounts, t.Dispute.Bond)
		}
		if err := add(t.Network, amounts...); err != nil {
			return nil, err
		}
	}
	for _, s := range g.Slashes {
		if err := add(s.Network, s.Amount); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// paid returns what every open deal has paid its holders by id: what stints cost that are settled, and the rate for
// every epoch of the others in which the holder had an accepted proof. A deal's escrow is not touched before the end.
func (g GenesisState) paid(networks map[string]NetworkKey) map[uint64]math.Int {
	paid, deals, proven := map[uint64]math.Int{}, map[uint64]Deal{}, g.provenEpochs()
	for _, d := range g.Deals {
		if d.IsOpen() {
			deals[d.Id], paid[d.Id] = d, d.Spent
		}
	}
	add := func(deal, node, from, to uint64) {
		if d, ok := deals[deal]; ok && from <= to {
			epochs := proven(worker{networks[d.Network].Seq, node}, from, to)
			paid[deal] = paid[deal].Add(d.Rate.Mul(math.NewIntFromUint64(epochs)))
		}
	}
	for _, s := range g.Stints {
		add(s.Deal, s.Stint.Node, s.Stint.FromEpoch, s.Stint.ToEpoch)
	}
	for _, i := range g.Indices {
		if i.Index.Status == INDEX_STATUS_HELD {
			add(i.Deal, i.Index.Node, i.Index.FromEpoch, deals[i.Deal].LastEpoch)
		}
	}
	return paid
}

// worker is a node of a network by its seq.
type worker struct{ network, node uint64 }

// provenEpochs returns a function that counts the epochs [from, to] in which a node had an accepted proof.
func (g GenesisState) provenEpochs() func(w worker, from, to uint64) uint64 {
	gaps, last := map[worker][]StoredGap{}, map[worker]uint64{}
	for _, s := range g.Gaps {
		at := worker{s.Network, s.Node}
		gaps[at] = append(gaps[at], s)
	}
	for _, o := range g.Owed {
		last[worker{o.Network, o.Node}] = o.Owed.LastProven
	}
	missed := func(w worker, until uint64) uint64 {
		var before StoredGap // the last gap that begins by then
		for _, s := range gaps[w] {
			if s.First <= until {
				before = s
			}
		}
		return Missed(until, before.First, before.Gap, last[w])
	}
	return func(w worker, from, to uint64) uint64 {
		return to - from + 1 - (missed(w, to) - missed(w, from-1))
	}
}
