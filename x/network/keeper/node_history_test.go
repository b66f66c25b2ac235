package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/keeper"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// people are the accounts of a random history.
func people() []string { return []string{"ann", "bob", "cal", "dee"} }

// history does random things, right and wrong ones, in two networks.
type history struct {
	*nodeFixture
	t *rapid.T
}

func (h *history) network() types.Network {
	return rapid.SampledFrom(h.nets).Draw(h.t, "network")
}

func (h *history) person() sdk.AccAddress {
	return account(rapid.SampledFrom(people()).Draw(h.t, "who"))
}

// name names an operator or a host; few, so that they meet.
func (h *history) name() string { return fmt.Sprint(rapid.IntRange(0, 9).Draw(h.t, "key")) }

func (h *history) amount() int64 {
	return rapid.OneOf(rapid.Int64Range(-1, 5), rapid.Int64Range(minBond-2, minBond+2), rapid.Int64Range(1, 2_000)).Draw(h.t, "amount")
}

// node names a node, mostly one that is there, and mostly by its owner.
func (h *history) node(n types.Network) (uint64, string) {
	id := rapid.Uint64Range(0, h.calendar(h.t, n).NextNode).Draw(h.t, "node")
	node, err := h.keeper.Node(h.ctx, n.Seq, id)
	if err != nil || rapid.IntRange(0, 5).Draw(h.t, "stranger") == 0 {
		return id, h.text(h.t, h.person())
	}
	return id, node.Owner
}

// message sends one random message.
func (h *history) message() error {
	n := h.network()
	id, owner := h.node(n)
	var err error
	switch rapid.IntRange(0, 14).Draw(h.t, "message") {
	case 0, 1:
		who := h.person()
		_, err = h.msgs.RegisterNode(h.ctx, h.registration(h.t, n, who, h.name(), h.name(), h.amount()))
	case 2:
		_, err = h.msgs.UpdateNode(h.ctx, h.update(n, id, owner))
	case 3, 4, 5:
		err = h.give(h.t, n, id, h.person(), h.amount())
	case 6, 7:
		who := h.person()
		if b, _ := h.keeper.BondsOf(h.ctx, n.Seq, id); len(b) > 0 && rapid.Bool().Draw(h.t, "all") {
			last := b[len(b)-1]
			_, err = h.msgs.Unbond(h.ctx, &types.MsgUnbond{Giver: last.Giver, Network: n.Id, Node: id, Amount: last.Amount})
			break
		}
		_, err = h.unbond(h.t, n, id, who, h.amount())
	case 8:
		_, err = h.msgs.Leave(h.ctx, &types.MsgLeave{Owner: owner, Network: n.Id, Node: id})
	case 9, 11, 12:
		return h.change(n, id, owner)
	case 10:
		until := h.ctx.BlockHeight() + rapid.Int64Range(-1, 40).Draw(h.t, "until")
		who := rapid.SampledFrom([]sdk.AccAddress{h.founder, h.bytes(h.t, owner)}).Draw(h.t, "publisher")
		_, err = h.msgs.PublishBootstrap(h.ctx, h.record(h.t, n, who, h.name(), until))
	case 14:
		return h.sunset(n, owner)
	case 13:
		name := rapid.SampledFrom([]string{"storage.price", "bond.unbonding_seconds", "epoch.epoch_blocks"}).Draw(h.t, "figure")
		founder := rapid.SampledFrom([]string{n.Founder, n.Founder, owner}).Draw(h.t, "founder")
		now, _ := h.keeper.Network(h.ctx, n.Seq)
		value := map[string]math.Int{"storage.price": now.Params.Storage.Price, "bond.unbonding_seconds": math.NewIntFromUint64(now.Params.Bond.UnbondingSeconds)}[name]
		if value.IsNil() {
			value = math.OneInt()
		}
		_, err = h.msgs.UpdateNetwork(h.ctx, &types.MsgUpdateNetwork{Founder: founder, Network: n.Id, Changes: []types.TermChange{
			{Name: name, Value: value.MulRaw(rapid.Int64Range(70, 130).Draw(h.t, "percent")).QuoRaw(100)},
		}})
	}
	return err
}

// update asks for another offer and, half of the time, another operator.
func (h *history) update(n types.Network, id uint64, owner string) *types.MsgUpdateNode {
	msg := &types.MsgUpdateNode{Owner: owner, Network: n.Id, Node: id, Offer: types.Offer{CommissionBps: rapid.Uint32Range(0, 2).Draw(h.t, "commission")}}
	node, err := h.keeper.Node(h.ctx, n.Seq, id)
	if err == nil && rapid.Bool().Draw(h.t, "operator") {
		op := h.name()
		for host := range 10 {
			if string(hostPublic(fmt.Sprint(host))) == string(node.PeerKey) {
				msg.OperatorKey = operatorKey(op).PubKey().Bytes()
				msg.OperatorSignature, msg.PeerSignature = bind(h.t, n, h.bytes(h.t, owner), op, fmt.Sprint(host))
			}
		}
	}
	return msg
}

// change does what modules to the right do, and what status messages do.
func (h *history) change(n types.Network, id uint64, owner string) error {
	at := [2]uint64{n.Seq, id}
	var err error
	switch rapid.IntRange(0, 5).Draw(h.t, "change") {
	case 0:
		h.duties.stale[at] = rapid.Bool().Draw(h.t, "stale")
		h.duties.exposure[at] = rapid.Int64Range(0, minBond).Draw(h.t, "exposure")
		_, err = h.msgs.Prune(h.ctx, &types.MsgPrune{Reporter: owner, Network: n.Id, Node: id})
	case 1:
		node, _ := h.keeper.Node(h.ctx, n.Seq, id)
		if node.Status == types.NODE_STATUS_JOINED && rapid.Bool().Draw(h.t, "suspend") {
			return h.keeper.Suspend(h.ctx, node)
		}
		_, err = h.msgs.Resume(h.ctx, &types.MsgResume{Operator: node.Operator, Network: n.Id, Node: id})
	case 2, 5:
		_, err = h.keeper.TakeBond(h.ctx, n.Seq, id, math.NewInt(h.amount()), victim, "bad")
	case 3:
		err = h.keeper.ChangeDuties(h.ctx, n.Seq, rapid.IntRange(-1, 1).Draw(h.t, "duties"))
	case 4:
		if _, err = h.keeper.Node(h.ctx, n.Seq, id); err == nil {
			err = h.keeper.Count(h.ctx, n.Seq, id, types.Counters{Proven: 1, Bad: uint64(id % 2)})
		}
	}
	return err
}

// step sends a message, of which a refusal is one of the module's and changes nothing, or begins some blocks.
func (h *history) step() {
	ctx, _ := h.withEvents()
	h.ctx = sdk.UnwrapSDKContext(ctx)
	if rapid.IntRange(0, 3).Draw(h.t, "blocks") == 0 {
		if rapid.IntRange(0, 9).Draw(h.t, "wind up") == 0 {
			h.windUp(h.network())
		}
		for range rapid.IntRange(1, 2*epochBlocks).Draw(h.t, "count") {
			h.blockWithCheck()
		}
		return
	}
	before := h.snapshot()
	if err := h.message(); err != nil {
		space, _, _ := errorsmod.ABCIInfo(err, false)
		require.Equal(h.t, types.ModuleName, space, "%v", err)
		require.Equal(h.t, before, h.snapshot())
	}
}

// blockWithCheck begins a block and holds the epochs that open in it against the nodes as they are.
func (h *history) blockWithCheck() {
	was := []types.Calendar{h.calendar(h.t, h.nets[0]), h.calendar(h.t, h.nets[1])}
	h.block(h.t)
	for i, n := range h.nets {
		cal := h.calendar(h.t, n)
		if cal.Epoch == was[i].Epoch {
			continue
		}
		weight, nodes := h.counting(n)
		e, err := h.keeper.Epoch(h.ctx, n.Seq, cal.Epoch)
		require.NoError(h.t, err)
		require.Equal(h.t, weight.String(), e.Weight.String())
		require.Equal(h.t, nodes, e.Nodes)
		require.Equal(h.t, h.ctx.BlockHeight(), e.Open)
	}
}

// counting adds the weights of a network's nodes, each of which must be the one it is due.
func (h *history) counting(n types.Network) (math.Int, uint64) {
	weight, count := math.ZeroInt(), uint64(0)
	for _, node := range h.export(h.t).Nodes {
		if node.Network != n.Seq {
			continue
		}
		require.Equal(h.t, node.Node.Due(math.NewInt(minBond)).String(), node.Node.Weight.String())
		weight = weight.Add(node.Node.Weight)
		if node.Node.Weight.IsPositive() {
			count++
		}
	}
	return weight, count
}

// check holds the state against itself.
func (h *history) check() {
	h.checkMoney(h.t)
	for _, n := range h.nets {
		weight, count := h.counting(n)
		cal := h.calendar(h.t, n)
		require.Equal(h.t, count, cal.Nodes)
		require.Equal(h.t, cal.Awake(), cal.Awake() && cal.RollsAt > 0, "a network with a reason to go on sleeps")
		h.checkTerms(n, cal)
		total, err := h.keeper.TotalAsOf(h.ctx, keeper.OwnersOf(n.Seq), cal.Epoch+1)
		require.NoError(h.t, err)
		require.Equal(h.t, weight.String(), total.String())
		closed := h.hooks.closed[n.Seq]
		require.Equal(h.t, span(1, uint64(len(closed))), closed, "the end of each epoch is told once, in order")
		require.LessOrEqual(h.t, cal.Epoch-uint64(len(closed)), uint64(1))
	}
}

// checkTerms holds that terms change with openings alone: while an epoch is open those in force are those of its opening.
func (h *history) checkTerms(n types.Network, cal types.Calendar) {
	if cal.Epoch == 0 {
		return
	}
	now, err := h.keeper.Network(h.ctx, n.Seq)
	require.NoError(h.t, err)
	e, err := h.keeper.Epoch(h.ctx, n.Seq, cal.Epoch)
	require.NoError(h.t, err)
	if e.Close == cal.RollsAt {
		require.Equal(h.t, e.Params.String(), now.Params.String())
	}
}

// TestHistories sends random messages and holds, after each step, money against bonds and sums
// against nodes. In the end the exported state is valid, imports into the same store byte for byte, and
// exports as the same again.
func TestHistories(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		h := &history{newNodeFixture(t, 2), rt}
		for _, n := range h.nets {
			for _, who := range people() {
				h.fund(rt, n, account(who), rapid.Int64Range(1_000, 5_000).Draw(rt, "funds"))
			}
			h.register(rt, n, account("ann"), "0", minBond)
			h.register(rt, n, account("bob"), "1", 2*minBond)
		}
		for range rapid.IntRange(20, 50).Draw(rt, "steps") {
			h.step()
			h.check()
		}
		g := h.export(rt)
		require.NoError(rt, g.Validate())
		other := newNodeFixture(t, 0)
		require.NoError(rt, other.keeper.InitGenesis(other.ctx, *g))
		require.Equal(rt, h.snapshot().store, other.snapshot().store)
		require.Equal(rt, g, other.export(rt))
	})
}
