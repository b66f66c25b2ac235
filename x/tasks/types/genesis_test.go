package types_test

import (
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// validGenesis has one of everything: a settled deal, an open one, and what hangs on it.
func validGenesis() types.GenesisState {
	root := make([]byte, 32)
	deal := types.Deal{
		Id: 2, Profile: types.Profile{K: 1, N: 2}, Rate: math.NewInt(7), FirstEpoch: 3, LastEpoch: 9, Escrow: math.NewInt(100),
		Reserve: math.NewInt(5), Spent: math.NewInt(4), Status: types.DEAL_STATUS_OPEN, Layout: types.Layout{Version: 1, Root: root, Bytes: 3},
	}
	settled := deal
	settled.Id, settled.Status, settled.Escrow, settled.Reserve = 1, types.DEAL_STATUS_SETTLED, math.ZeroInt(), math.ZeroInt()
	held := types.Index{Status: types.INDEX_STATUS_HELD, Node: 4, Acked: deal.Layout, FromEpoch: 3, RepairPay: math.ZeroInt()}
	return types.GenesisState{
		NextDeal: 3, NextRequest: 2, NextChannel: 3, NextTask: 4, NextSlash: 2, Deals: []types.Deal{settled, deal},
		Indices:  []types.StoredIndex{{Deal: 2, Number: 0, Index: held}, {Deal: 2, Number: 1, Index: types.NewIndex(3, 40)}},
		Stints:   []types.StoredStint{{Deal: 2, Stint: types.Stint{Index: 1, Node: 5, FromEpoch: 3, ToEpoch: 4, Acked: deal.Layout}}},
		Requests: []types.OpenRequest{{Id: 1, Deal: 2, Node: 4, Bond: math.NewInt(14), LayoutRoot: root, LayoutBytes: 3}},
		Owed:     []types.StoredOwed{{Network: 1, Node: 4, Owed: types.NewOwed()}},
		Changes:  []types.StoredChange{{Network: 1, Node: 4, Epoch: 3, Change: types.NewChange()}},
		Gaps:     []types.StoredGap{{Network: 1, Node: 4, First: 1, Gap: types.Gap{Last: 2, Missed: 2}}},
		Claims:   []types.StoredClaim{{Network: 1, Epoch: 3, Node: 4, Claim: types.Claim{Root: root, Total: math.NewInt(7)}}},
		Ended:    []types.StoredEnded{{Network: 1, Node: 4, Stint: types.EndedStint{Deal: 2, FromEpoch: 3, ToEpoch: 4, Rate: math.NewInt(7)}}},
		Windows:  []types.StoredWindow{{Network: 1, Epoch: 3, Window: types.Window{ClaimsFrom: 60, ClaimsUntil: 65, Seed: root, SeedHeight: 67}}},
		Channels: []types.Channel{{Id: 2, Node: 4, Key: channelKey(), Deposit: math.NewInt(9), Redeemed: math.NewInt(4), Count: 2, Evidence: root, Expires: 700}},
		Tasks: []types.Task{validTask(1, root), {
			Id: 2, Work: types.Work{Kind: "sum"}, Filter: types.Filter{MinBond: math.ZeroInt()}, Fee: math.NewInt(7), Escrow: math.ZeroInt(), Wanted: 1, WorkBlocks: 9, Status: types.TASK_STATUS_SETTLED, SinceHeight: 40, Closes: 90,
			Outcome: types.TASK_OUTCOME_UNDRAWN,
		}, disputedTask(3, root)},
		Slashes: []types.Slash{{
			Id: 1, Network: "net_00000001", Node: 2, Offence: types.OffenceWrongResult, Task: 1, Amount: math.NewInt(14), Reporter: "mesh1", Harm: math.NewInt(9),
			Until: 70, Shares: []types.SlashShare{{Account: "mesh1", Amount: math.NewInt(4)}, {Account: "mesh2", Amount: math.NewInt(10)}},
		}},
	}
}

// validTask is a task with replicas of every status.
func disputedTask(id uint64, root []byte) types.Task {
	t := validTask(id, root)
	t.Status, t.Outcome, t.Result = types.TASK_STATUS_JURY_REVEALING, types.TASK_OUTCOME_MATCHED, root
	t.Dispute = &types.Dispute{Sender: "mesh1", Bond: math.NewInt(14), Seats: 3, Juries: 1, Jurors: []types.Replica{
		{Node: 6, Seats: 2, Status: types.REPLICA_STATUS_COMMITTED, Commitment: root},
		{Node: 7, Seats: 1, Status: types.REPLICA_STATUS_REVEALED, Commitment: root, Result: root},
	}}
	return t
}

func validTask(id uint64, root []byte) types.Task {
	return types.Task{
		Id: id, Work: types.Work{Kind: "sum"}, Filter: types.Filter{MinBond: math.ZeroInt()}, Fee: math.NewInt(7), Escrow: math.NewInt(35), Wanted: 3, WorkBlocks: 9, Status: types.TASK_STATUS_REVEALING, SinceHeight: 40, Closes: 90, Draws: 2,
		Replicas: []types.Replica{
			{Node: 1, Status: types.REPLICA_STATUS_DRAWN},
			{Node: 2, Status: types.REPLICA_STATUS_COMMITTED, Commitment: root},
			{Node: 3, Status: types.REPLICA_STATUS_REVEALED, Commitment: root, Result: root},
			{Node: 4, Status: types.REPLICA_STATUS_LOST},
			{Node: 5, Status: types.REPLICA_STATUS_SILENT, Commitment: root},
		},
	}
}

// channelKey is a key that can sign vouchers.
func channelKey() ed25519.PublicKey {
	return ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)
}

func TestGenesisValidate(t *testing.T) {
	require.NoError(t, types.DefaultGenesis().Validate())
	for _, tc := range []struct {
		name   string
		change func(*types.GenesisState)
		want   error
	}{
		{"ok: one of everything", func(*types.GenesisState) {}, nil},
		{"ok: a deal that was cancelled before it began", func(g *types.GenesisState) { g.Deals[1].LastEpoch = 2 }, nil},
		{"ok: a window without a seed", func(g *types.GenesisState) { g.Windows[0].Window.Seed, g.Windows[0].Window.SeedHeight = nil, 0 }, nil},
		{"fails: empty", func(g *types.GenesisState) { *g = types.GenesisState{} }, types.ErrInvalidGenesis},
		{"fails: no next request", func(g *types.GenesisState) { g.NextRequest = 0 }, types.ErrInvalidGenesis},
		{"fails: deal not below the next", func(g *types.GenesisState) { g.NextDeal = 2 }, types.ErrInvalidGenesis},
		{"fails: deal twice", func(g *types.GenesisState) { g.Deals[1].Id = 1 }, types.ErrInvalidGenesis},
		{"fails: deal 0", func(g *types.GenesisState) { g.Deals[0].Id = 0 }, types.ErrInvalidGenesis},
		{"fails: profile", func(g *types.GenesisState) { g.Deals[1].Profile.K = 2 }, types.ErrInvalidDeal},
		{"fails: no rate", func(g *types.GenesisState) { g.Deals[1].Rate = math.Int{} }, types.ErrInvalidDeal},
		{"fails: no escrow", func(g *types.GenesisState) { g.Deals[1].Escrow = math.Int{} }, types.ErrInvalidGenesis},
		{"fails: spent below 0", func(g *types.GenesisState) { g.Deals[1].Spent = math.NewInt(-1) }, types.ErrInvalidGenesis},
		{"fails: reserve below 0", func(g *types.GenesisState) { g.Deals[1].Reserve = math.NewInt(-1) }, types.ErrInvalidGenesis},
		{"fails: no status", func(g *types.GenesisState) { g.Deals[1].Status = 0 }, types.ErrInvalidGenesis},
		{"fails: ends before it begins", func(g *types.GenesisState) { g.Deals[1].LastEpoch = 1 }, types.ErrInvalidGenesis},
		{"fails: begins with no epoch", func(g *types.GenesisState) { g.Deals[1].FirstEpoch = 0 }, types.ErrInvalidGenesis},
		{"fails: layout without a root", func(g *types.GenesisState) { g.Deals[1].Layout.Root = nil }, types.ErrInvalidGenesis},
		{"fails: an index missing", func(g *types.GenesisState) { g.Indices = g.Indices[:1] }, types.ErrInvalidGenesis},
		{"fails: an index twice", func(g *types.GenesisState) { g.Indices[1] = g.Indices[0] }, types.ErrInvalidGenesis},
		{"fails: an index too many", func(g *types.GenesisState) {
			g.Indices = append(g.Indices, types.StoredIndex{Deal: 2, Number: 2, Index: types.NewIndex(3, 40)})
		}, types.ErrInvalidGenesis},
		{"fails: an index of a settled deal", func(g *types.GenesisState) { g.Indices[0].Deal = 1 }, types.ErrInvalidGenesis},
		{"fails: index without a status", func(g *types.GenesisState) { g.Indices[0].Index.Status = 0 }, types.ErrInvalidGenesis},
		{"fails: held by nobody", func(g *types.GenesisState) { g.Indices[0].Index.Node = 0 }, types.ErrInvalidGenesis},
		{"fails: waits and has a node", func(g *types.GenesisState) { g.Indices[1].Index.Node = 1 }, types.ErrInvalidGenesis},
		{"fails: held and nothing acknowledged", func(g *types.GenesisState) { g.Indices[0].Index.Acked = types.Layout{} }, types.ErrInvalidGenesis},
		{"fails: held from epoch 0", func(g *types.GenesisState) { g.Indices[0].Index.FromEpoch = 0 }, types.ErrInvalidGenesis},
		{"fails: no repair pay", func(g *types.GenesisState) { g.Indices[0].Index.RepairPay = math.Int{} }, types.ErrInvalidGenesis},
		{"fails: stint of no deal", func(g *types.GenesisState) { g.Stints[0].Deal = 7 }, types.ErrInvalidGenesis},
		{"fails: stint of no index", func(g *types.GenesisState) { g.Stints[0].Stint.Index = 2 }, types.ErrInvalidGenesis},
		{"fails: stint ends before it begins", func(g *types.GenesisState) { g.Stints[0].Stint.ToEpoch = 2 }, types.ErrInvalidGenesis},
		{"fails: stint without a layout", func(g *types.GenesisState) { g.Stints[0].Stint.Acked.Root = nil }, types.ErrInvalidGenesis},
		{"fails: stint of no node", func(g *types.GenesisState) { g.Stints[0].Stint.Node = 0 }, types.ErrInvalidGenesis},
		{"fails: request of no deal", func(g *types.GenesisState) { g.Requests[0].Deal = 7 }, types.ErrInvalidGenesis},
		{"fails: request not below the next", func(g *types.GenesisState) { g.NextRequest = 1 }, types.ErrInvalidGenesis},
		{"fails: request without a bond", func(g *types.GenesisState) { g.Requests[0].Bond = math.Int{} }, types.ErrInvalidGenesis},
		{"fails: request without a layout", func(g *types.GenesisState) { g.Requests[0].LayoutRoot = nil }, types.ErrInvalidGenesis},
		{"fails: owed below 0", func(g *types.GenesisState) { g.Owed[0].Owed.Amount = math.NewInt(-1) }, types.ErrInvalidGenesis},
		{"fails: no exposure", func(g *types.GenesisState) { g.Owed[0].Owed.Exposure = math.Int{} }, types.ErrInvalidGenesis},
		{"fails: no change", func(g *types.GenesisState) { g.Changes[0].Change.Minus = math.Int{} }, types.ErrInvalidGenesis},
		{"fails: gap ends before it begins", func(g *types.GenesisState) { g.Gaps[0].First = 3 }, types.ErrInvalidGenesis},
		{"fails: gap misses less than it is long", func(g *types.GenesisState) { g.Gaps[0].Gap.Missed = 1 }, types.ErrInvalidGenesis},
		{"ok: stuck", func(g *types.GenesisState) { g.Stuck = []uint64{2} }, nil},
		{"fails: stuck twice", func(g *types.GenesisState) { g.Stuck = []uint64{2, 2} }, types.ErrInvalidGenesis},
		{"fails: stuck and settled", func(g *types.GenesisState) { g.Stuck = []uint64{1} }, types.ErrInvalidGenesis},
		{"fails: stuck and not there", func(g *types.GenesisState) { g.Stuck = []uint64{9} }, types.ErrInvalidGenesis},
		{"ok: ended with one epoch", func(g *types.GenesisState) { g.Ended[0].Stint.ToEpoch = 3 }, nil},
		{"fails: ended before it began", func(g *types.GenesisState) { g.Ended[0].Stint.ToEpoch = 2 }, types.ErrInvalidGenesis},
		{"fails: ended from epoch 0", func(g *types.GenesisState) { g.Ended[0].Stint.FromEpoch = 0 }, types.ErrInvalidGenesis},
		{"fails: ended of no node", func(g *types.GenesisState) { g.Ended[0].Node = 0 }, types.ErrInvalidGenesis},
		{"fails: ended of no deal", func(g *types.GenesisState) { g.Ended[0].Stint.Deal = 0 }, types.ErrInvalidGenesis},
		{"fails: ended of a deal to come", func(g *types.GenesisState) { g.Ended[0].Stint.Deal = 3 }, types.ErrInvalidGenesis},
		{"fails: ended without a rate", func(g *types.GenesisState) { g.Ended[0].Stint.Rate = math.Int{} }, types.ErrInvalidGenesis},
		{"fails: claim without a root", func(g *types.GenesisState) { g.Claims[0].Claim.Root = nil }, types.ErrInvalidGenesis},
		{"fails: claim without a total", func(g *types.GenesisState) { g.Claims[0].Claim.Total = math.Int{} }, types.ErrInvalidGenesis},
		{"fails: seed without a height", func(g *types.GenesisState) { g.Windows[0].Window.SeedHeight = 0 }, types.ErrInvalidGenesis},
		{"fails: short seed", func(g *types.GenesisState) { g.Windows[0].Window.Seed = []byte("seed") }, types.ErrInvalidGenesis},
		{"ok: nothing redeemed", func(g *types.GenesisState) {
			g.Channels[0].Redeemed, g.Channels[0].Count, g.Channels[0].Evidence = math.ZeroInt(), 0, nil
		}, nil},
		{"ok: all redeemed", func(g *types.GenesisState) { g.Channels[0].Redeemed = math.NewInt(9) }, nil},
		{"fails: no next channel", func(g *types.GenesisState) { g.NextChannel = 0 }, types.ErrInvalidGenesis},
		{"fails: channel not below the next", func(g *types.GenesisState) { g.NextChannel = 2 }, types.ErrInvalidGenesis},
		{"fails: channel 0", func(g *types.GenesisState) { g.Channels[0].Id = 0 }, types.ErrInvalidGenesis},
		{"fails: channel twice", func(g *types.GenesisState) { g.Channels = append(g.Channels, g.Channels[0]) }, types.ErrInvalidGenesis},
		{"fails: channel of no node", func(g *types.GenesisState) { g.Channels[0].Node = 0 }, types.ErrInvalidGenesis},
		{"fails: channel without an end", func(g *types.GenesisState) { g.Channels[0].Expires = 0 }, types.ErrInvalidGenesis},
		{"fails: channel without a key", func(g *types.GenesisState) { g.Channels[0].Key = nil }, types.ErrInvalidGenesis},
		{"fails: channel without a deposit", func(g *types.GenesisState) { g.Channels[0].Deposit = math.ZeroInt() }, types.ErrInvalidGenesis},
		{"fails: channel of no amount", func(g *types.GenesisState) { g.Channels[0].Redeemed = math.Int{} }, types.ErrInvalidGenesis},
		{"fails: more redeemed than there was", func(g *types.GenesisState) { g.Channels[0].Redeemed = math.NewInt(10) }, types.ErrInvalidGenesis},
		{"fails: redeemed without evidence", func(g *types.GenesisState) { g.Channels[0].Evidence = nil }, types.ErrInvalidGenesis},
		{"fails: half of the evidence", func(g *types.GenesisState) { g.Channels[0].Evidence = []byte("half") }, types.ErrInvalidGenesis},
		{"fails: redeemed for no task", func(g *types.GenesisState) { g.Channels[0].Count = 0 }, types.ErrInvalidGenesis},
		{"fails: no next task", func(g *types.GenesisState) { g.NextTask = 0 }, types.ErrInvalidGenesis},
		{"fails: task not below the next", func(g *types.GenesisState) { g.NextTask = 3 }, types.ErrInvalidGenesis},
		{"fails: task without work", func(g *types.GenesisState) { g.Tasks[0].Work.Kind = "" }, types.ErrInvalidGenesis},
		{"fails: filter without an amount", func(g *types.GenesisState) { g.Tasks[0].Filter.MinBond = math.Int{} }, types.ErrInvalidGenesis},
		{"fails: replica with seats", func(g *types.GenesisState) { g.Tasks[0].Replicas[0].Seats = 1 }, types.ErrInvalidGenesis},
		{"fails: judged without an outcome", func(g *types.GenesisState) { g.Tasks[0].Status = types.TASK_STATUS_JUDGED }, types.ErrInvalidGenesis},
		{"fails: jury without a dispute", func(g *types.GenesisState) { g.Tasks[2].Dispute = nil }, types.ErrInvalidGenesis},
		{"fails: found without a dispute", func(g *types.GenesisState) { g.Tasks[1].Outcome = types.TASK_OUTCOME_FOUND }, types.ErrInvalidGenesis},
		{"fails: dispute without a bond", func(g *types.GenesisState) { g.Tasks[2].Dispute.Bond = math.ZeroInt() }, types.ErrInvalidGenesis},
		{"fails: dispute of a task without an outcome", func(g *types.GenesisState) {
			g.Tasks[2].Status, g.Tasks[2].Outcome = types.TASK_STATUS_REVEALING, types.TASK_OUTCOME_UNSPECIFIED
		}, types.ErrInvalidGenesis},
		{"fails: jury of two seats", func(g *types.GenesisState) { g.Tasks[2].Dispute.Seats = 2 }, types.ErrInvalidGenesis},
		{"fails: a third jury", func(g *types.GenesisState) { g.Tasks[2].Dispute.Juries = 3 }, types.ErrInvalidGenesis},
		{"fails: jurors of other seats", func(g *types.GenesisState) { g.Tasks[2].Dispute.Jurors[0].Seats = 1 }, types.ErrInvalidGenesis},
		{"fails: juror without seats", func(g *types.GenesisState) { g.Tasks[2].Dispute.Jurors[1].Seats = 0 }, types.ErrInvalidGenesis},
		{"fails: juror twice", func(g *types.GenesisState) { g.Tasks[2].Dispute.Jurors[1].Node = 6 }, types.ErrInvalidGenesis},
		{"fails: no next slash", func(g *types.GenesisState) { g.NextSlash = 0 }, types.ErrInvalidGenesis},
		{"fails: slash not below the next", func(g *types.GenesisState) { g.NextSlash = 1 }, types.ErrInvalidGenesis},
		{"fails: slash of nobody", func(g *types.GenesisState) { g.Slashes[0].Node = 0 }, types.ErrInvalidGenesis},
		{"fails: slash for nothing", func(g *types.GenesisState) { g.Slashes[0].Offence = "" }, types.ErrInvalidGenesis},
		{"fails: slash of nothing", func(g *types.GenesisState) { g.Slashes[0].Amount = math.ZeroInt() }, types.ErrInvalidDeal},
		{"fails: more harm than there is", func(g *types.GenesisState) { g.Slashes[0].Harm = math.NewInt(15) }, types.ErrInvalidGenesis},
		{"fails: harm of nobody", func(g *types.GenesisState) { g.Slashes[0].Reporter = "" }, types.ErrInvalidGenesis},
		{"fails: shares that are not the slash", func(g *types.GenesisState) { g.Slashes[0].Shares[0].Amount = math.NewInt(5) }, types.ErrInvalidGenesis},
		{"fails: share of nothing", func(g *types.GenesisState) { g.Slashes[0].Shares[0].Amount = math.Int{} }, types.ErrInvalidDeal},
		{"fails: task 0", func(g *types.GenesisState) { g.Tasks[0].Id = 0 }, types.ErrInvalidGenesis},
		{"fails: task twice", func(g *types.GenesisState) { g.Tasks[1].Id = 1 }, types.ErrInvalidGenesis},
		{"fails: task without a fee", func(g *types.GenesisState) { g.Tasks[0].Fee = math.Int{} }, types.ErrInvalidDeal},
		{"fails: open task without an escrow", func(g *types.GenesisState) { g.Tasks[0].Escrow = math.ZeroInt() }, types.ErrInvalidGenesis},
		{"fails: settled task with an escrow", func(g *types.GenesisState) { g.Tasks[1].Escrow = math.OneInt() }, types.ErrInvalidGenesis},
		{"fails: task without a status", func(g *types.GenesisState) { g.Tasks[0].Status = 0 }, types.ErrInvalidGenesis},
		{"fails: open task with an outcome", func(g *types.GenesisState) { g.Tasks[0].Outcome = types.TASK_OUTCOME_MATCHED }, types.ErrInvalidGenesis},
		{"fails: settled task without an outcome", func(g *types.GenesisState) { g.Tasks[1].Outcome = 0 }, types.ErrInvalidGenesis},
		{"fails: task that wants nobody", func(g *types.GenesisState) { g.Tasks[0].Wanted = 0 }, types.ErrInvalidGenesis},
		{"fails: task that wants six", func(g *types.GenesisState) { g.Tasks[0].Wanted = 6 }, types.ErrInvalidGenesis},
		{"fails: drawn too often", func(g *types.GenesisState) { g.Tasks[0].Draws = types.MaxTaskDraws + 1 }, types.ErrInvalidGenesis},
		{"fails: task without an end", func(g *types.GenesisState) { g.Tasks[0].Closes = 0 }, types.ErrInvalidGenesis},
		{"fails: task without time", func(g *types.GenesisState) { g.Tasks[0].WorkBlocks = 0 }, types.ErrInvalidGenesis},
		{"fails: half a result", func(g *types.GenesisState) { g.Tasks[1].Result = []byte("half") }, types.ErrInvalidGenesis},
		{"fails: long output", func(g *types.GenesisState) { g.Tasks[1].Output = make([]byte, types.MaxTaskOutput+1) }, types.ErrInvalidGenesis},
		{"fails: replica of no node", func(g *types.GenesisState) { g.Tasks[0].Replicas[0].Node = 0 }, types.ErrInvalidGenesis},
		{"fails: replica twice", func(g *types.GenesisState) { g.Tasks[0].Replicas[1].Node = 1 }, types.ErrInvalidGenesis},
		{"fails: replica without a status", func(g *types.GenesisState) { g.Tasks[0].Replicas[0].Status = 0 }, types.ErrInvalidGenesis},
		{"fails: committed to nothing", func(g *types.GenesisState) { g.Tasks[0].Replicas[1].Commitment = nil }, types.ErrInvalidGenesis},
		{"fails: drawn and committed", func(g *types.GenesisState) { g.Tasks[0].Replicas[0].Commitment = make([]byte, 32) }, types.ErrInvalidGenesis},
		{"fails: revealed nothing", func(g *types.GenesisState) { g.Tasks[0].Replicas[2].Result = nil }, types.ErrInvalidGenesis},
		{"fails: a result that was not revealed", func(g *types.GenesisState) { g.Tasks[0].Replicas[1].Result = make([]byte, 32) }, types.ErrInvalidGenesis},
		{"fails: window ends before it begins", func(g *types.GenesisState) { g.Windows[0].Window.ClaimsUntil = 59 }, types.ErrInvalidGenesis},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := validGenesis()
			tc.change(&g)
			require.ErrorIs(t, g.Validate(), tc.want)
		})
	}
}

func TestGenesisKnowsNetworksThatSettleOnce(t *testing.T) {
	for _, c := range []struct {
		name     string
		settling []uint64
		ok       bool
	}{
		{"ok: none", nil, true},
		{"ok: ascending", []uint64{1, 2, 9}, true},
		{"fails: out of order", []uint64{2, 1}, false},
		{"fails: twice", []uint64{1, 1}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := *types.DefaultGenesis()
			g.Settling = c.settling
			if err := g.Validate(); c.ok {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, types.ErrInvalidGenesis)
			}
		})
	}
}

func TestWithLatest(t *testing.T) {
	list := types.WithLatest(nil, 7, 0)
	require.Equal(t, []uint64{7}, list)
	require.Equal(t, []uint64{7, 9}, types.WithLatest(list, 9, 0))
	require.Equal(t, []uint64{9, 7}, types.WithLatest([]uint64{7, 9}, 7, 0), "once, as the latest")
	full := []uint64{1, 2, 3, 4, 5, 6, 7, 8}
	require.Equal(t, []uint64{2, 3, 4, 5, 6, 7, 8, 9}, types.WithLatest(full, 9, 0))
	require.Equal(t, []uint64{1, 3, 4, 5, 6, 7, 8, 9}, types.WithLatest(full, 9, 1), "who lost it is never forgotten")
	require.Equal(t, []uint64{1, 2, 3, 4, 5, 6, 7, 8}, full, "the list it is made of stays as it was")
}
