package devnet_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// life is a deal of four indices, any two of which are enough, on a network of eight nodes.
type life struct {
	*storage.Network
	t      *testing.T
	client *storage.Client
	deal   uint64
	// giver has bonded for the node of the last index as much as its owner.
	giver *devnet.Account
}

const (
	// rate is what the deal pays for one index and epoch, repair what rebuilding an index is worth.
	rate   = storage.Token
	repair = 2 * 2 * rate
	tau    = 2_000
)

// newLife has the deal drawn, filled and acknowledged in epoch 1; it is owed from epoch 2 on.
func newLife(t *testing.T, cfg storage.Config, epochs uint64) *life {
	t.Helper()
	n := storage.New(t, cfg)
	n.JoinHonest(8)
	l := &life{Network: n, t: t, client: n.NewClient()}
	n.ToEpoch(1)
	l.deal = l.client.Open(2, 4, epochs)
	l.client.Put(l.deal, 20_000, 1_500, 70)
	owners := map[string]bool{}
	for number, i := range n.Indices(l.deal) {
		require.Equal(t, tasktypes.INDEX_STATUS_HELD, i.Status, "index %d", number)
		require.EqualValues(t, 2, i.FromEpoch)
		owners[n.Node(i.Node).Owner] = true
	}
	require.Len(t, owners, 4)
	l.giver = n.NewAccount(storage.Funds)
	n.Next()
	n.Do(l.giver, l.holder(3).BondMsg(l.giver, storage.Bond))
	return l
}

func (l *life) index(number int) tasktypes.Index { return l.Indices(l.deal)[number] }

// holder returns the node of an index.
func (l *life) holder(number int) *storage.Holder { return l.Holders[l.index(number).Node-1] }

// untilStatus makes blocks until an index stands somewhere.
func (l *life) untilStatus(number int, want tasktypes.IndexStatus) {
	l.t.Helper()
	l.Until(100, func() bool { return l.index(number).Status == want })
}

// repaired follows an index that has just been lost until the repair is paid: somebody of another owner than
// the rest takes it, rebuilds it, acknowledges it and is paid with its first proof. It returns the node.
func (l *life) repaired(number int) *storage.Holder {
	l.t.Helper()
	require.Equal(l.t, tasktypes.INDEX_STATUS_VACANT, l.index(number).Status)
	before := l.Books.Repairs
	l.untilStatus(number, tasktypes.INDEX_STATUS_RESERVED)
	require.EqualValues(l.t, repair, l.index(number).RepairPay.Int64())
	taker := l.holder(number)
	for other, i := range l.Indices(l.deal) {
		if other != number {
			require.NotEqual(l.t, taker.Owner.String(), l.Node(i.Node).Owner)
		}
	}
	l.untilStatus(number, tasktypes.INDEX_STATUS_HELD)
	require.Equal(l.t, l.Epoch()+1, l.index(number).FromEpoch)
	require.Equal(l.t, before, l.Books.Repairs, "a repair is paid when it is proven, not before")
	paid := l.Books.Node(taker.ID).Repaired
	l.Until(60, func() bool { return l.Books.Repairs > before })
	require.True(l.t, l.Books.Node(taker.ID).Epochs[l.index(number).FromEpoch])
	require.EqualValues(l.t, repair, l.Books.Node(taker.ID).Repaired.Sub(paid).Int64())
	require.True(l.t, l.index(number).RepairPay.IsZero())
	return taker
}

// run is the whole life: earn, report, fall silent, leave, rebuild, answer, pay by use, extend, cancel, settle.
func (l *life) run(steps ...func()) {
	for _, step := range steps {
		step()
	}
}

// earn lets four holders claim, prove and withdraw three epochs.
func (l *life) earn() {
	l.ToEpoch(5)
	l.To(l.Chain.Height() + 16)
	burnt, matched := int64(rate*tau/10_000), int64(rate*tau/10_000*8_000/10_000)
	for number := range 4 {
		b := l.Books.Node(l.holder(number).ID)
		require.Equal(l.t, map[uint64]bool{2: true, 3: true, 4: true}, b.Epochs, "node of index %d", number)
		require.Equal(l.t, int64(3*rate), b.Proven.Int64())
		require.Equal(l.t, 3*burnt, b.Burnt.Int64())
		// The third fee, and the match of its burn, are withdrawn in the next epoch.
		require.Equal(l.t, 2*(rate-burnt+matched), b.Withdrawn.Int64())
		given := int64(0)
		if number == 3 {
			given = b.Withdrawn.Int64() * storage.Commission / 10_000 / 2 // on its half of the bonds
		}
		require.Equal(l.t, storage.Funds-storage.Bond+b.Withdrawn.Int64()-given, l.Balance(l.holder(number).Owner).Int64())
	}
	commission := 2 * (rate - burnt + matched) * storage.Commission / 10_000 / 2
	require.Equal(l.t, storage.Funds-storage.Bond+commission, l.Balance(l.giver).Int64())
}

// loseAndReport drops an index: the node says so and pays for one repair.
func (l *life) loseAndReport() {
	loser := l.holder(0)
	loser.Drop(l.index(0).Acked, 0)
	l.Next()
	require.Equal(l.t, 1, l.Books.Losses["reported"])
	require.EqualValues(l.t, repair, l.Books.Node(loser.ID).Taken.Int64())
	require.EqualValues(l.t, storage.Bond-repair, l.Node(loser.ID).OwnBond.Int64())
	l.repaired(0)
}

// fallSilent keeps a node away: it is declared lost at the first block at which two epochs are over without a
// proof, pays for two repairs, and is stale when it comes back.
func (l *life) fallSilent() {
	silent := l.holder(1)
	last := l.Owed(silent.ID).LastProven
	silent.Away = true
	l.Until(100, func() bool { return l.Books.Losses["silent"] == 1 })
	require.Equal(l.t, last+3, l.Epoch(), "epochs %d and %d are over without a proof", last+1, last+2)
	require.EqualValues(l.t, 2*repair, l.Books.Node(silent.ID).Taken.Int64())
	l.repaired(1)
	silent.Away = false
}

// leave takes a node out: what it held is lost at once, at the price of one repair from a bond on its way back.
func (l *life) leave() {
	gone := l.holder(2)
	l.Do(gone.Owner, gone.LeaveMsg())
	require.True(l.t, gone.Node().TotalBond().IsZero())
	l.Next()
	require.Equal(l.t, 1, l.Books.Losses["left"])
	require.EqualValues(l.t, repair, l.Books.Node(gone.ID).Taken.Int64())
	l.repaired(2)
	require.Equal(l.t, networktypes.NODE_STATUS_LEFT, gone.Node().Status)
	require.Equal(l.t, math.NewInt(storage.Funds-repair).Add(l.Books.Node(gone.ID).Withdrawn), l.Balance(gone.Owner), "the rest of its bond is back")
}

// ask lets the client ask for a block, which the holder shows.
func (l *life) ask() {
	asked := l.holder(3)
	before := l.Books.Node(asked.ID).Repaired
	l.Do(l.client.Account, l.client.RequestMsg(l.deal, 3, 17_000))
	l.Next()
	require.Empty(l.t, l.State().Tasks.Requests)
	require.EqualValues(l.t, 2*rate, l.Books.Node(asked.ID).Repaired.Sub(before).Int64())
}

// update commits another layout; all holders have acknowledged it with the commit.
func (l *life) update() {
	layout := l.client.Put(l.deal, 5_000, 40_000)
	for number, i := range l.Indices(l.deal) {
		require.Equal(l.t, layout, i.Acked, "index %d", number)
	}
}

// end extends the deal, cancels it again and sees it settled two epochs after its last.
func (l *life) end() {
	l.Do(l.client.Account, l.client.ExtendMsg(l.deal, 5))
	require.EqualValues(l.t, 22, l.Deal(l.deal).LastEpoch)
	last := l.Epoch()
	l.Do(l.client.Account, l.client.CancelMsg(l.deal))
	require.Equal(l.t, last, l.Deal(l.deal).LastEpoch)
	l.ToEpoch(last + 2)
	require.True(l.t, l.IsSettled(l.deal), "the block that opens the epoch settles the deal")
	b := l.Books.Deal(l.deal)
	require.True(l.t, b.Back.IsPositive())
	require.EqualValues(l.t, 4*repair, b.Taken.Int64())
	require.EqualValues(l.t, 3*repair, b.Repaired.Int64())
	want := math.NewInt(storage.Funds).Sub(b.Deposited).Add(b.Back).SubRaw(2 * rate)
	require.Equal(l.t, want.String(), l.Balance(l.client.Account).String(), "the client has all that nobody earned, less the answer it paid for")
	for _, h := range l.Holders {
		o := l.Owed(h.ID)
		require.True(l.t, o.Deals == 0 && o.Space == 0 && o.Exposure.IsZero())
	}
	l.ToEpoch(last + 4) // the last fees and what followed them are withdrawn
	require.Empty(l.t, l.State().Rewards.Fees)
}

// A deal's whole life, with money, deals, channels, bonds and emission held against the books after every block, on
// nodes of every executor; a node that joins at the end comes to the same hash.
func TestDealsWholeLife(t *testing.T) {
	l := newLife(t, storage.Config{Chain: devnet.Config{Validators: 3, Accounts: 20, Nodes: []devnet.NodeConfig{
		devnet.DefaultNode(), {MempoolMaxTxs: 0, Executor: "block-stm", Workers: 4, Estimate: true}, {MempoolMaxTxs: -1, Executor: "block-stm", Workers: 2},
	}}}, 16)
	l.run(l.earn, l.loseAndReport, l.update, l.fallSilent, l.leave, l.ask, l.pay, l.end)
	late := l.Chain.Join(devnet.NodeConfig{MempoolMaxTxs: -1, Executor: "block-stm", Workers: 8})
	require.Equal(t, l.Chain.Height(), late.App.LastBlockHeight())
	require.Equal(t, l.Chain.Last().AppHash, late.App.LastCommitID().Hash)
}

// A network whose chain is exported at any point of a deal's life goes on as if nothing had been: the state of
// the modules stays that of the chain it came from, block by block, until the deal is settled.
func TestLifeGoesOnAfterExport(t *testing.T) {
	for _, tc := range []struct {
		name  string
		until func(l *life)
	}{
		{"ok: between claim and proof", func(l *life) {
			l.ToEpoch(3)
			l.To(l.Chain.Height() + 4)
			require.NotEmpty(t, l.State().Tasks.Claims)
		}},
		{"ok: an index is vacant", func(l *life) {
			l.earn()
			l.holder(0).Drop(l.index(0).Acked, 0)
			l.untilStatus(0, tasktypes.INDEX_STATUS_VACANT)
		}},
		{"ok: a repair is not paid yet", func(l *life) {
			l.earn()
			l.holder(0).Drop(l.index(0).Acked, 0)
			l.untilStatus(0, tasktypes.INDEX_STATUS_RESERVED)
			l.untilStatus(0, tasktypes.INDEX_STATUS_HELD)
			l.Do(l.client.Account, l.client.RequestMsg(l.deal, 3, 17_000))
		}},
		{"ok: the last epoch is over", func(l *life) {
			l.ToEpoch(8)
			l.To(l.Chain.Height() + 10)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newLife(t, storage.Config{Chain: devnet.Config{Validators: 1, Accounts: 20}}, 6)
			tc.until(l)
			heir := l.Export("mesh-devnet-2")
			requireSameState(t, l.Network, heir)
			for l.Epoch() < 10 {
				l.Next()
				heir.Next()
				requireSameState(t, l.Network, heir)
			}
			require.True(t, heir.IsSettled(l.deal))
		})
	}
}

// requireSameState holds that two chains are as high and have the same state of the modules of Mesh.
func requireSameState(t *testing.T, a, b *storage.Network) {
	t.Helper()
	require.Equal(t, a.Chain.Height(), b.Chain.Height())
	left, err := a.State().Bytes()
	require.NoError(t, err)
	right, err := b.State().Bytes()
	require.NoError(t, err)
	if !bytes.Equal(left, right) {
		require.Equal(t, a.State().Tasks, b.State().Tasks)
		require.Equal(t, a.State().Network, b.State().Network)
		require.Equal(t, a.State().Rewards, b.State().Rewards)
		require.Fail(t, "one state in two encodings")
	}
}
