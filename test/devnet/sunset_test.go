package devnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// sunsetMsg asks for the end of the network.
func (l *life) sunsetMsg() *networktypes.MsgSunsetNetwork {
	return &networktypes.MsgSunsetNetwork{Founder: l.Founder.String(), Network: l.Record.Id}
}

// refused has the founder ask for the end, which is refused for a reason.
func (l *life) refused(reason string) {
	l.t.Helper()
	before := l.status()
	tx := l.Try(l.Founder, l.sunsetMsg())
	l.Next()
	require.ErrorIs(l.t, tx.Err(), networktypes.ErrOpenObligations)
	require.ErrorContains(l.t, tx.Err(), reason)
	require.Equal(l.t, before, l.status())
}

// status returns what the chain says has become of the network.
func (l *life) status() string {
	l.t.Helper()
	return l.State().Network.Networks[0].Status(l.Calendar())
}

// windUp has everybody leave who has not. Their nodes go on to withdraw what they are owed.
func (l *life) windUp() {
	for _, h := range l.Holders {
		if h.Node().Status != networktypes.NODE_STATUS_LEFT {
			l.Send(h.Owner, h.LeaveMsg())
		}
	}
	l.Next()
	l.Until(400, func() bool {
		return l.Calendar().RollsAt == 0 && len(l.State().Network.Unbondings) == 0
	})
	l.To(l.Chain.Height() + 20) // the last epoch is claimed and proven
}

// withdrawAll lets anybody withdraw what is left for nodes.
func (l *life) withdrawAll() {
	for _, h := range l.Holders {
		l.Until(100, func() bool {
			tx := l.Try(l.client.Account, &rewardtypes.MsgWithdraw{Sender: l.client.String(), Network: l.Record.Id, Node: h.ID})
			l.Next()
			return tx.Err() != nil
		})
	}
}

// sunset ends the network: the deposit is back, which is half of what the creation cost.
func (l *life) sunset() {
	l.windUp()
	l.withdrawAll()
	l.Do(l.Founder, l.sunsetMsg())
	require.Equal(l.t, networktypes.StatusEnded, l.status())
}

// A network whose deals and bonds have come and gone ends on every executor: before that each thing that is open keeps it from
// ending; afterwards its founder has the deposit, nothing can be opened in it, and no block touches what is left of it, here and on a
// chain that its export begins.
func TestSunset(t *testing.T) {
	l := newLife(t, storage.Config{Chain: devnet.Config{Validators: 1, Accounts: 20, Nodes: []devnet.NodeConfig{
		devnet.DefaultNode(), {MempoolMaxTxs: 0, Executor: "block-stm", Workers: 4, Estimate: true},
	}}}, 4)
	net, mesh := l.Record.Id, func() math.Int {
		return l.Chain.Nodes[0].App.Keepers.Bank.GetBalance(l.Chain.Nodes[0].Context(), l.Founder.Address, app.BondDenom).Amount
	}
	l.refused("is bonded")
	l.Until(200, func() bool { return l.IsSettled(l.deal) })
	for _, h := range l.Holders {
		h.Away = true // before it withdraws the match of the last fees
	}
	l.refused("is bonded")
	for _, h := range l.Holders {
		l.Send(h.Owner, h.LeaveMsg())
	}
	l.refused("are on their way back")
	l.Until(200, func() bool { return len(l.State().Network.Unbondings) == 0 })
	l.refused("closes at height")
	l.Until(40, func() bool { return l.status() == networktypes.StatusDormant })
	l.refused("can still be claimed or proven")
	l.To(l.Chain.Height() + 20)
	l.refused("has pay to withdraw")
	l.withdrawAll()
	require.Empty(t, l.State().Rewards.Fees)
	l.Refuse(networktypes.ErrUnauthorized, l.client.Account, &networktypes.MsgSunsetNetwork{Founder: l.client.String(), Network: net})

	had, deposit := mesh(), l.Record.Deposit.Amount
	tx := l.Do(l.Founder, l.sunsetMsg())
	var answer networktypes.MsgSunsetNetworkResponse
	l.Answer(tx, &answer)
	require.Equal(t, l.Record.Deposit, answer.Deposit)
	require.EqualValues(t, 50_000_000, deposit.Int64())
	require.Equal(t, deposit.Sub(fee(t, l, l.Chain.Height())).String(), mesh().Sub(had).String())
	require.Less(t, tx.Gas(), int64(150_000))
	require.Equal(t, networktypes.StatusEnded, l.status())

	h := l.Holders[0]
	for _, msg := range []struct {
		from *devnet.Account
		msg  sdk.Msg
	}{
		{l.Founder, l.sunsetMsg()},
		{l.Founder, &networktypes.MsgUpdateNetwork{Founder: l.Founder.String(), Network: net, Changes: []networktypes.TermChange{
			{Name: "storage.answer_blocks", Value: math.NewInt(24)},
		}}},
		{l.Founder, h.BootstrapMsg(l.Founder, l.Chain.Height()+1_000)},
		{l.client.Account, h.BondMsg(l.client.Account, storage.Bond)},
		{h.Owner, &networktypes.MsgUpdateNode{Owner: h.Owner.String(), Network: net, Node: h.ID}},
		{l.client.Account, l.client.OpenMsg(2, 4, 9)},
		{l.client.Account, &tasktypes.MsgOpenChannel{
			Client: l.client.String(), Network: net, Node: h.ID, Key: h.PeerKey(), Deposit: math.OneInt(), Expires: l.Chain.Height() + 1_000,
		}},
		{l.client.Account, &tasktypes.MsgPostTask{
			Client: l.client.String(), Network: net, Work: tasktypes.Work{Kind: "sum"}, Filter: tasktypes.Filter{MinBond: math.ZeroInt()},
			Fee: math.NewInt(10), Replicas: 1, WorkBlocks: 9,
		}},
	} {
		l.Refuse(networktypes.ErrNetworkEnded, msg.from, msg.msg)
	}
	heir := l.Export("mesh-devnet-2")
	requireSameState(t, l.Network, heir)
	left, err := l.State().Bytes()
	require.NoError(t, err)
	for range 45 {
		l.Next()
		heir.Next()
	}
	now, err := l.State().Bytes()
	require.NoError(t, err)
	require.Equal(t, left, now)
	requireSameState(t, l.Network, heir)
}

// fee returns what the signed transactions of a block have paid.
func fee(t *testing.T, l *life, height int64) math.Int {
	t.Helper()
	sum := math.ZeroInt()
	each(t, l, func(b *devnet.Block, _ int, tx sdk.FeeTx, _ []sdk.Msg) {
		if b.Height == height {
			sum = sum.Add(tx.GetFee().AmountOf(app.BondDenom))
		}
	})
	return sum
}

// juryAtWork has a node lie about a task, the client ask a jury, and everybody fall silent when the jury is drawn. It returns the task and the liar.
func (l *life) juryAtWork() (uint64, *storage.Holder) {
	honest := l.Actors
	l.Actors = nil
	for _, h := range l.Holders {
		l.Actors = append(l.Actors, &storage.Liar{Holder: h, Say: func(uint64) storage.Answer { return storage.Answer{Output: []byte("43")} }})
	}
	id := l.client.Post(l.client.PostMsg(sum("20+22"), 1, storage.Token))
	l.draw(id)
	l.Until(10, func() bool { return l.Task(id).Status == tasktypes.TASK_STATUS_JUDGED })
	l.Do(l.client.Account, &tasktypes.MsgDisputeTask{Sender: l.client.String(), Task: id})
	l.Actors = honest
	l.away(true)
	l.draw(id)
	return id, l.Holders[l.Task(id).Replicas[0].Node-1]
}

// away keeps all nodes from everything, or lets them go on.
func (l *life) away(away bool) {
	for _, h := range l.Holders {
		h.Away = away
	}
}

// leaveTogether has everybody leave in one block, and returns the height at which their bonds are back.
func (l *life) leaveTogether() int64 {
	for _, h := range l.Holders {
		l.Send(h.Owner, h.LeaveMsg())
	}
	l.Next()
	return l.Chain.Height() + int64(l.Terms().Bond.UnbondingSeconds)/int64(devnet.BlockTime.Seconds())
}

// When everybody has left, and all bonds are back, a dispute that is open and money of a slash that is held are the last that keeps a
// network from ending. Neither sticks: who put money up has it when the juries have come to nothing, and what is held goes where the jury has said.
func TestSunsetWaitsForDisputes(t *testing.T) {
	const duty = "1 deals, channels, posted tasks and held slashes are not over"
	begin := func(t *testing.T) (*life, uint64, *storage.Holder) {
		l := newLife(t, storage.Config{Chain: devnet.Config{Validators: 1, Accounts: 20}}, 1)
		l.Until(200, func() bool { return l.IsSettled(l.deal) })
		id, liar := l.juryAtWork()
		require.Equal(t, tasktypes.TASK_STATUS_JURY_WORKING, l.Task(id).Status)
		return l, id, liar
	}
	t.Run("ok: a dispute", func(t *testing.T) {
		l, id, _ := begin(t)
		l.To(l.leaveTogether())
		require.Empty(t, l.State().Network.Unbondings)
		l.refused(duty)
		l.Until(200, func() bool { return !l.Task(id).IsOpen() })
		require.Equal(t, tasktypes.TASK_OUTCOME_HUNG, l.Task(id).Outcome, "nobody is left to decide")
		l.away(false)
		l.sunset()
		require.EqualValues(t, storage.Funds, l.Balance(l.client.Account).Add(l.Books.Deal(l.deal).Deposited).Sub(l.Books.Deal(l.deal).Back).Int64())
	})
	t.Run("ok: a held slash", func(t *testing.T) {
		l, id, liar := begin(t)
		l.away(false)
		l.Next()
		l.away(true)
		require.Equal(t, tasktypes.TASK_STATUS_JURY_REVEALING, l.Task(id).Status)
		back := l.leaveTogether()
		l.To(back - 5)
		l.away(false)
		l.Next()
		require.Equal(t, tasktypes.TASK_OUTCOME_FOUND, l.Task(id).Outcome)
		held := l.State().Tasks.Slashes
		require.Len(t, held, 1)
		require.Equal(t, liar.ID, held[0].Node)
		l.To(back)
		require.Empty(t, l.State().Network.Unbondings)
		l.refused(duty)
		l.To(held[0].Until - 1)
		l.refused(duty)
		require.Len(t, l.State().Tasks.Slashes, 1)
		l.Next()
		require.Empty(t, l.State().Tasks.Slashes)
		l.sunset()
	})
}
