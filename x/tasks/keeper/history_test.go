package keeper_test

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// book is what the test knows about a deal from what was paid in and what the events say.
type book struct {
	rate                                          math.Int
	deposited, burnt, taken, paid, repaired, back math.Int
	isSettled                                     bool
}

// history is a random course of things, with books of its own.
type history struct {
	*fixture
	t       *rapid.T
	clients []string
	books   map[uint64]*book
	purses  map[uint64]*purse
	orders  map[uint64]*orderBook
	proven  map[[2]uint64]bool // node and epoch
	paid    map[uint64]math.Int
	// lazy is how often a node leaves a duty undone, in tenths.
	lazy map[uint64]int
	done map[string]int
	// each event is shown to it, if there is one.
	each func(event any)
}

func newHistory(f *fixture, t *rapid.T) *history {
	f.t = t
	h := &history{
		fixture: f, t: t, clients: []string{"client", "rival"}, books: map[uint64]*book{}, purses: map[uint64]*purse{}, orders: map[uint64]*orderBook{}, proven: map[[2]uint64]bool{},
		paid: map[uint64]math.Int{}, lazy: map[uint64]int{}, done: map[string]int{},
	}
	f.w.give(account("rival"), funds)
	for _, id := range slices.Sorted(maps.Keys(f.w.nodes)) {
		h.lazy[id] = rapid.SampledFrom([]int{0, 0, 1, 4, 10}).Draw(t, fmt.Sprintf("lazy %d", id))
	}
	if rapid.Bool().Draw(t, "late seeds") {
		for height := f.ctx.BlockHeight(); height < opening(20); height++ {
			f.w.seedLate[height] = rapid.SampledFrom([]int64{0, 0, 0, 1, 4, 12, 50}).Draw(t, "late")
		}
	}
	return h
}

// try runs a message as a transaction. What is refused must be refused with an error of a module;
// an error of the bank, which means that money is missing, and a panic fail the test.
func try[M, R any](h *history, what string, handle func(context.Context, M) (R, error), msg M) bool {
	_, err := send(h.fixture, handle, msg)
	if err == nil {
		h.done[what]++
		return true
	}
	var known *errorsmod.Error
	require.ErrorAs(h.t, err, &known, "%s: %+v", what, msg)
	return false
}

// deposit runs a step and books what the account paid for a deal with it.
func (h *history) deposit(name string, deal uint64, run func() bool) {
	before := h.w.of(account(name))
	if !run() {
		return
	}
	if deal == 0 {
		deal = uint64(len(h.books)) + 1
		zero := math.ZeroInt()
		h.books[deal] = &book{deposited: zero, burnt: zero, taken: zero, paid: zero, repaired: zero, back: zero}
	}
	h.books[deal].deposited = h.books[deal].deposited.Add(before.Sub(h.w.of(account(name))))
}

// pick returns a random deal that is open, or false.
func (h *history) pick() (types.Deal, bool) {
	var open []types.Deal
	for _, d := range h.export().Deals {
		if d.IsOpen() {
			open = append(open, d)
		}
	}
	if len(open) == 0 {
		return types.Deal{}, false
	}
	return rapid.SampledFrom(open).Draw(h.t, "deal"), true
}

// name returns the name of a deal's client.
func (h *history) name(d types.Deal) string {
	for _, c := range h.clients {
		if addr(account(c)) == d.Client {
			return c
		}
	}
	return ""
}

func (h *history) open() {
	k := rapid.Uint32Range(1, 2).Draw(h.t, "k")
	name := rapid.SampledFrom(h.clients).Draw(h.t, "client")
	if h.w.duties-len(h.export().Channels)-h.openTasks() >= 3 {
		return
	}
	msg := openMsg(rapid.Uint64Range(1, 9).Draw(h.t, "epochs"))
	msg.Client, msg.Profile = addr(account(name)), types.Profile{K: k, N: k + rapid.Uint32Range(1, 2).Draw(h.t, "spare")}
	msg.Space = rapid.Uint64Range(1_570, gib).Draw(h.t, "space")
	h.deposit(name, 0, func() bool { return try(h, "open", h.msgs.OpenDeal, msg) })
}

// draw asks for the draw of every deal that waits for one.
func (h *history) draw() {
	for _, d := range h.export().Deals {
		if d.IsOpen() {
			sender := rapid.SampledFrom([]string{d.Client, operator(1)}).Draw(h.t, "sender")
			try(h, "draw", h.msgs.DrawDeal, &types.MsgDrawDeal{Sender: sender, Deal: d.Id})
		}
	}
}

// layout commits a layout with the signatures of some of the nodes.
func (h *history) layout() {
	d, ok := h.pick()
	if !ok {
		return
	}
	msg := &types.MsgCommitLayout{Client: d.Client, Deal: d.Id, Layout: h.put(d.Id, d.Profile.N, d.Layout.Version+1)}
	for number, i := range h.deal(d.Id).Indices {
		if i.HasNode() && rapid.Bool().Draw(h.t, "signs") {
			msg.Acks = append(msg.Acks, types.SignedAck{Index: uint32(number), Signature: h.sign(i.Node, d.Id, uint32(number), msg.Layout)})
		}
	}
	try(h, "commit", h.msgs.CommitLayout, msg)
}

// ack lets most nodes acknowledge what they have not.
func (h *history) ack() {
	g := h.export()
	for _, s := range g.Indices {
		if l := h.deal(s.Deal).Deal.Layout; s.Index.HasNode() && s.Index.Acked.Version < l.Version && rapid.IntRange(0, 3).Draw(h.t, "acks") > 0 {
			try(h, "ack", h.msgs.Ack, h.ackMsg(s.Index.Node, s.Deal, s.Number))
		}
	}
}

func (h *history) extend() {
	if d, ok := h.pick(); ok {
		msg := &types.MsgExtendDeal{Client: d.Client, Deal: d.Id, Epochs: rapid.Uint64Range(1, 4).Draw(h.t, "more")}
		h.deposit(h.name(d), d.Id, func() bool { return try(h, "extend", h.msgs.ExtendDeal, msg) })
	}
}

func (h *history) cancel() {
	if d, ok := h.pick(); ok && rapid.IntRange(0, 4).Draw(h.t, "really") == 0 {
		try(h, "cancel", h.msgs.CancelDeal, &types.MsgCancelDeal{Client: d.Client, Deal: d.Id})
	}
}

func (h *history) settle() {
	if d, ok := h.pick(); ok {
		try(h, "settle", h.msgs.SettleDeal, &types.MsgSettleDeal{Sender: client(), Deal: d.Id})
	}
}

// report lets a node say that it lost an index; declare lets anyone say so of all of a deal.
func (h *history) report() {
	for _, s := range h.export().Indices {
		if s.Index.HasNode() && rapid.IntRange(0, 4).Draw(h.t, "loses") == 0 {
			try(h, "report", h.msgs.ReportLoss, &types.MsgReportLoss{Operator: operator(s.Index.Node), Network: networkID, Deal: s.Deal, Index: s.Number})
		}
	}
}

func (h *history) declare() {
	if d, ok := h.pick(); ok {
		for number := range d.Profile.N {
			try(h, "declare", h.msgs.DeclareLoss, &types.MsgDeclareLoss{Sender: client(), Deal: d.Id, Index: number})
		}
	}
}

func (h *history) take() {
	for _, s := range h.export().Indices {
		if s.Index.Status != types.INDEX_STATUS_VACANT {
			continue
		}
		for _, node := range slices.Sorted(maps.Keys(h.w.nodes)) {
			msg := &types.MsgTakeIndex{Operator: operator(node), Network: networkID, Deal: s.Deal, Index: s.Number}
			if try(h, "take", h.msgs.TakeIndex, msg) {
				break
			}
		}
	}
}

func (h *history) request() {
	d, ok := h.pick()
	if !ok {
		return
	}
	requester := rapid.SampledFrom([]string{d.Client, d.Client, operator(1), operator(2)}).Draw(h.t, "requester")
	try(h, "request", h.msgs.RequestOpen, &types.MsgRequestOpen{
		Requester: requester, Deal: d.Id, Index: rapid.Uint32Range(0, d.Profile.N-1).Draw(h.t, "index"), Position: 7,
	})
}

func (h *history) answer() {
	for _, r := range h.export().Requests {
		if rapid.Bool().Draw(h.t, "answers") {
			try(h, "answer", h.msgs.AnswerOpen, h.answerMsg(r))
		}
	}
}

// leave takes a node out for good, now and then.
func (h *history) leave() {
	if rapid.IntRange(0, 9).Draw(h.t, "really") > 0 {
		return
	}
	h.edit(rapid.Uint64Range(1, uint64(len(h.w.nodes))).Draw(h.t, "node"), func(n *networktypes.Node) {
		n.Status, n.Weight = networktypes.NODE_STATUS_LEFT, math.ZeroInt()
	})
	h.done["leave"]++
}
