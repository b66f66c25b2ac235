package storage

import (
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/mesh-protocol/mesh/app"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// check holds the state after a block against the books: every unit is where it should be.
//
// The first thing that is wrong fails the test, which goes on without looking again: so it is seen as well who gains by it.
func (n *Network) check() {
	n.t.Helper()
	if n.broken {
		return
	}
	n.checkSupply()
	n.checkTasks()
	n.checkNetwork()
	n.checkRewards()
	n.checkOwed()
}

// balanceOf returns what an account has of the network's token.
func (n *Network) balanceOf(address string) math.Int {
	n.t.Helper()
	addr, err := sdk.AccAddressFromBech32(address)
	require.NoError(n.t, err)
	return n.balance(addr, n.Record.Token.Denom)
}

// balance returns what an account has of a denom.
func (n *Network) balance(who sdk.AccAddress, denom string) math.Int {
	return n.keepers().Bank.GetBalance(n.State().ctx, who, denom).Amount
}

// module returns what a module has of a denom.
func (n *Network) module(name, denom string) math.Int {
	return n.balance(authtypes.NewModuleAddress(name), denom)
}

// equal requires that two amounts are the same.
func (n *Network) equal(want, got math.Int, what string) {
	n.t.Helper()
	n.holds(want.Equal(got), "%s at height %d: %s, it should be %s", what, n.Chain.Height(), got, want)
}

// holds fails the test the first time that something is not so.
func (n *Network) holds(is bool, what string, args ...any) {
	n.t.Helper()
	if is || n.broken {
		return
	}
	n.broken = true
	n.t.Errorf(what, args...)
}

// checkSupply holds supply = initial + minted − burnt, and all balances together against it.
func (n *Network) checkSupply() {
	n.t.Helper()
	bank, ctx := n.keepers().Bank, n.State().ctx
	sums := sdk.Coins{}
	for _, b := range bank.GetAccountsBalances(ctx) {
		sums = sums.Add(b.Coins...)
	}
	token, b := n.Record.Token, n.Books
	n.equal(token.InitialAllocation.Add(b.Minted).Sub(b.Burnt), sums.AmountOf(token.Denom), "all balances of the token")
	n.equal(sums.AmountOf(token.Denom), bank.GetSupply(ctx, token.Denom).Amount, "supply of the token")
	n.equal(b.mesh, sums.AmountOf(app.BondDenom), "all balances of MESH")
	n.equal(b.mesh, bank.GetSupply(ctx, app.BondDenom).Amount, "supply of MESH")
	n.holds(len(sums) == 2, "denoms: %s", sums)
}

// checkTasks holds the account of x/tasks against its ledgers. What proofs have paid is taken off a deal's
// escrow when it is settled, so the books say how much that is.
func (n *Network) checkTasks() {
	n.t.Helper()
	g, sum := n.State().Tasks, n.checkChannels()
	for _, d := range g.Deals {
		if !d.IsOpen() {
			n.holds(d.Escrow.IsZero() && d.Reserve.IsZero(), "deal %d is settled", d.Id)
			continue
		}
		b := n.Books.Deal(d.Id)
		left := d.Escrow.Sub(b.Paid)
		n.holds(!left.IsNegative() && !d.Reserve.IsNegative(), "deal %d has paid %s of %s, reserve %s", d.Id, b.Paid, d.Escrow, d.Reserve)
		held := left.Add(d.Reserve)
		for _, i := range n.Indices(d.Id) {
			held = held.Add(i.RepairPay)
		}
		n.equal(b.Deposited.Add(b.Taken).Sub(b.Burnt).Sub(b.Paid).Sub(b.Repaired), held, "what is left of a deal")
		sum = sum.Add(held)
	}
	for _, r := range g.Requests {
		n.equal(n.Books.bonds[r.Id], r.Bond, "bond of a request")
		sum = sum.Add(r.Bond)
	}
	sum = sum.Add(n.inTasks())
	n.equal(sum, n.module(tasktypes.ModuleName, n.Record.Token.Denom), "account of x/tasks")
	n.holds(n.module(tasktypes.ModuleName, app.BondDenom).IsZero(), "x/tasks has MESH")
}

// checkNetwork holds the account of x/network against bonds and deposits, and each node against its bonds.
func (n *Network) checkNetwork() {
	n.t.Helper()
	g, sum, deposits := n.State().Network, math.ZeroInt(), math.ZeroInt()
	bonds := map[uint64]math.Int{}
	for _, node := range g.Nodes {
		bonds[node.Node.Id] = math.ZeroInt()
	}
	for _, b := range g.Bonds {
		bonds[b.Node] = bonds[b.Node].Add(b.Bond.Amount)
		sum = sum.Add(b.Bond.Amount)
	}
	for _, node := range g.Nodes {
		n.equal(bonds[node.Node.Id], node.Node.TotalBond(), "bonds of a node")
	}
	for _, u := range g.Unbondings {
		sum = sum.Add(u.Amount)
	}
	for _, network := range g.Networks {
		deposits = deposits.Add(network.Deposit.Amount)
	}
	n.equal(sum, n.module(networktypes.ModuleName, n.Record.Token.Denom), "account of x/network")
	n.equal(deposits, n.module(networktypes.ModuleName, app.BondDenom), "deposits of the networks")
}

// checkRewards holds the account of x/rewards against what was earned and not withdrawn, and the emission of
// each epoch against its bucket and against what was burnt.
func (n *Network) checkRewards() {
	n.t.Helper()
	g, sum := n.State().Rewards, math.ZeroInt()
	for _, f := range g.Fees {
		sum = sum.Add(f.Amount)
	}
	for _, s := range g.Sharings {
		sum = sum.Add(s.Sharing.Fees)
	}
	n.equal(sum, n.module(rewardtypes.ModuleName, n.Record.Token.Denom), "account of x/rewards")
	n.holds(n.module(rewardtypes.ModuleName, app.BondDenom).IsZero(), "x/rewards has MESH")

	minted, burnt, all := map[uint64]math.Int{}, map[uint64]math.Int{}, math.ZeroInt()
	for _, p := range g.Presence {
		all = all.Sub(p.Amount)
	}
	for _, s := range g.Sharings {
		all = all.Sub(s.Sharing.Presence)
	}
	presence := math.ZeroInt()
	for _, p := range g.Pays {
		all = all.Add(p.Pay.Uptime).Add(p.Pay.Duties)
		presence = presence.Add(p.Pay.Uptime).Add(p.Pay.Duties)
		if _, ok := minted[p.Epoch]; !ok {
			minted[p.Epoch], burnt[p.Epoch] = math.ZeroInt(), math.ZeroInt()
		}
		burnt[p.Epoch] = burnt[p.Epoch].Add(p.Pay.Burnt)
		minted[p.Epoch] = minted[p.Epoch].Add(p.Pay.Matched)
		all = all.Add(p.Pay.Matched)
	}
	n.equal(all, n.Books.Minted, "emission")
	emission := func(epoch uint64) math.Int {
		return rewardtypes.Emission(n.Record.Token.FirstEmission(), n.Record.Token.HalvingEpochs, epoch)
	}
	most := math.ZeroInt() // for being there, in all epochs together
	for epoch, terms := range n.Books.terms {
		most = most.Add(rewardtypes.Bucket(emission(epoch), terms.Distribution.UptimeBps))
	}
	for _, d := range g.Duties {
		terms := n.Books.terms[d.Epoch]
		pool := rewardtypes.Bucket(rewardtypes.Bucket(emission(d.Epoch), terms.Distribution.UptimeBps), terms.Uptime.ContributionBps)
		n.holds(d.Amount.LTE(pool), "%s was paid for duties of epoch %d, which had %s", d.Amount, d.Epoch, pool)
	}
	n.holds(presence.LTE(most), "%s was paid for being there, the buckets of all epochs were %s", presence, most)
	for epoch, m := range minted {
		terms := n.Books.terms[epoch]
		bucket := rewardtypes.Bucket(emission(epoch), terms.Distribution.TasksBps)
		limit := math.MinInt(bucket, rewardtypes.Bucket(burnt[epoch], terms.Pay.MatchCapBps))
		n.holds(m.LTE(limit), "epoch %d: %s was minted, bucket %s, burnt %s", epoch, m, bucket, burnt[epoch])
	}
}

// checkOwed holds what the chain says each node is owed for this epoch and the last, and what it takes up,
// against sums over its deals.
func (n *Network) checkOwed() {
	n.t.Helper()
	for _, h := range n.Holders {
		o, want := n.Owed(h.ID), tasktypes.NewOwed()
		for _, s := range n.State().Tasks.Indices {
			if s.Index.Node == h.ID {
				d := n.Deal(s.Deal)
				want.Deals, want.Space, want.Exposure = want.Deals+1, want.Space+d.Space, want.Exposure.Add(d.Exposure())
			}
		}
		n.holds(want.Deals == o.Deals && want.Space == o.Space, "what node %d takes up at height %d", h.ID, n.Chain.Height())
		n.equal(want.Exposure, o.Exposure, "exposure of a node")
		for epoch := n.Epoch(); epoch > 0 && epoch+1 >= n.Epoch(); epoch-- {
			rsp, err := n.State().queries.Owed(n.State().ask(), &tasktypes.QueryOwedRequest{Network: n.Record.Id, Node: h.ID, Epoch: epoch})
			if err != nil {
				// It has claimed a later epoch already.
				n.holds(epoch < o.Epoch, "%v", err)
				continue
			}
			sum := math.ZeroInt()
			for _, owing := range n.Owing(h.ID, epoch) {
				sum = sum.Add(owing.Deal.Rate)
			}
			if epoch >= o.Epoch {
				// What is settled has left its amount behind, and no longer says whose it was.
				rest := rsp.Amount.Sub(sum)
				n.holds(!rest.IsNegative() && rest.LTE(n.settledOf(epoch)), "node %d is owed %s, its deals owe %s at height %d", h.ID, rsp.Amount, sum, n.Chain.Height())
			}
		}
	}
}

// settledOf returns what deals that are settled owed one node at most for an epoch.
func (n *Network) settledOf(epoch uint64) math.Int {
	sum := math.ZeroInt()
	for _, d := range n.State().Tasks.Deals {
		if !d.IsOpen() && epoch <= d.LastEpoch {
			sum = sum.Add(d.Rate)
		}
	}
	return sum
}
