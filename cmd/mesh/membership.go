package main

import (
	"context"
	"math/big"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// membership is who bonds in a network, as far as it counts in draws.
type membership struct {
	Nodes        int    `json:"nodes"`
	Owners       int    `json:"owners"`
	OwnBonds     string `json:"own_bonds"`   // base units
	GivenBonds   string `json:"given_bonds"` // base units
	LargestOwner string `json:"largest_owner"`
	LargestBps   uint32 `json:"largest_owner_bps"` // its share of what counts in draws, rounded up
	// Assurance is how far it can be trusted that a node whose uptime is attested was there, as the chain says it, and why.
	Assurance       string `json:"assurance"`
	AssuranceReason string `json:"assurance_reason"`
}

// membershipNow asks who bonds in a network.
func membershipNow(ctx context.Context, d directory, network string) (membership, error) {
	members, err := d.Members(ctx, network)
	if err != nil {
		return membership{}, err
	}
	set, err := d.ActiveSet(ctx, network)
	return membershipOf(members, set), err
}

// membershipOf adds up the nodes that count in draws.
func membershipOf(members []work.Member, set chain.ActiveSet) membership {
	a := membership{Assurance: set.Assurance, AssuranceReason: set.AssuranceReason}
	own, given, total, largest := new(big.Int), new(big.Int), new(big.Int), new(big.Int)
	owners := map[string]*big.Int{}
	for _, m := range members {
		if m.Weight.IsZero() {
			continue
		}
		a.Nodes++
		own.Add(own, m.OwnBond.Big())
		given.Add(given, m.GivenBond.Big())
		total.Add(total, m.Weight.Big())
		if owners[m.Owner] == nil {
			owners[m.Owner] = new(big.Int)
		}
		if w := owners[m.Owner].Add(owners[m.Owner], m.Weight.Big()); w.Cmp(largest) > 0 {
			largest, a.LargestOwner = w, m.Owner
		}
	}
	a.Owners, a.OwnBonds, a.GivenBonds = len(owners), own.String(), given.String()
	if total.Sign() > 0 {
		share := new(big.Int).Mul(largest, big.NewInt(10_000))
		share.Add(share, total).Sub(share, big.NewInt(1)).Quo(share, total)
		a.LargestBps = uint32(share.Uint64())
	}
	return a
}

// show adds the membership to a page.
func (a membership) show(p *page, symbol string) {
	if a.Nodes == 0 {
		p.row("Nodes", "none that counts in draws")
	} else {
		p.row("Nodes", "%d, of %s", a.Nodes, counted(uint64(a.Owners), "owner"))
		p.row("Bonds", "%s of their own, %s given", tokens(amountText(a.OwnBonds), symbol), tokens(amountText(a.GivenBonds), symbol))
		p.row("Largest owner", "%s of what counts in draws, %s", formatPercent(a.LargestBps), a.LargestOwner)
	}
	p.row("Assurance", "%s: %s", a.Assurance, a.AssuranceReason)
}

// amountText reads an amount that was written by this program.
func amountText(s string) chain.Amount {
	a, _ := chain.ParseUnits(s)
	return a
}
