package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// requireJSON fails unless a command's result is said to programs as in testdata.
func requireJSON(t *testing.T, name string, answer any) {
	t.Helper()
	var out strings.Builder
	require.NoError(t, (&cli{con: &console{out: &out}}).printJSON(answer))
	requireGolden(t, name+".json", out.String())
}

func sampleObject() objectView {
	return objectView{URI: "mesh://net_1a2b3c4d/bafk1", Name: "a&b.txt", Size: 1536, Deal: 12, State: "stored", Stored: "2026-01-02T03:04:05Z", Modified: 1700000000}
}

func TestObjectAnswers(t *testing.T) {
	o := sampleObject()
	bare := o
	bare.Modified = 0
	requireJSON(t, "put", putAnswer{answerTo("put"), "net_1a2b3c4d", 12, []objectView{o, bare}, 3072, "8100", "net_1a2b3c4d/ustr", 1.5, &keptView{LastEpoch: 31, Until: "2026-02-03T04:05:06Z"}, "protected"})
	requireJSON(t, "get", getAnswer{answerTo("get"), o, "b.txt", 1536, 0.25, paidReading{Paid: "40", Aside: "1000", Until: 99}})
	requireJSON(t, "ls", lsAnswer{answerTo("ls"), "net_1a2b3c4d", []objectView{o}, map[uint64]keptView{12: {LastEpoch: 31, Over: true}}})
	requireJSON(t, "ls_empty", lsAnswer{answerTo("ls"), "net_1a2b3c4d", []objectView{}, nil})
	requireJSON(t, "share", shareAnswer{answerTo("share"), "mesh://net_1a2b3c4d/bafk1#key"})
	requireJSON(t, "extend", extendAnswer{
		answerTo("extend"), "net_1a2b3c4d", 12, 100, "8000", "net_1a2b3c4d/ustr", &keptView{LastEpoch: 131, Until: "2026-02-03T04:05:06Z"}, "AB", 9,
	})
	requireJSON(t, "rm", rmAnswer{answerTo("rm"), "net_1a2b3c4d", []string{"a.txt", "b.txt"}})
}

func TestChannelAnswers(t *testing.T) {
	n := sampleNetwork(t)
	a := channelsAnswer{answerTo("channels"), n.Id, n.Token.Denom, 900, []channelView{
		{Channel: 7, Node: 3, Deposit: "25000000", Redeemed: "1563000", Expires: 1_000, Own: true},
		{Channel: 12, Node: 4, Deposit: "1", Redeemed: "0", Expires: 901},
		{Channel: 13, Node: 4, Deposit: "1", Redeemed: "1", Expires: 899, Own: true},
	}}
	requireJSON(t, "channels", a)
	requireJSON(t, "channels_close", closeAnswer{answerTo("channels close"), 7, 920, "0", "AB", 900})
	p := &page{}
	showChannels(p, a, n)
	showChannels(p, channelsAnswer{NetworkID: n.Id}, n)
	paidReading{Paid: "1563", Aside: "25000", Until: 1_000}.show(p, n)
	paidReading{Paid: "1563", Aside: "0"}.show(p, n)
	n.Params.Storage.ReadPrice = amountOf(t, "0")
	paidReading{Paid: "0", Aside: "0"}.show(p, n)
	requireGolden(t, "channels.txt", p.String())
}

func TestChainAnswers(t *testing.T) {
	requireJSON(t, "bootstrap", bootstrapAnswer{answerTo("bootstrap"), "net_1a2b3c4d", "12D3", []string{"/ip4/127.0.0.1/tcp/1/p2p/12D3"}, "mesh1f"})
	requireJSON(t, "bond", bondAnswer{
		header: answerTo("bond"), NetworkID: "net_1a2b3c4d", Node: 3, Giver: "mesh1g", Amount: "5000000", Denom: "net_1a2b3c4d/ustr",
		OwnBond: "1", GivenBond: "5000000", Counts: true, Tx: "AB", Height: 9,
	})
	requireJSON(t, "explain", explainAnswer{
		header: answerTo("explain"), NetworkID: "net_1a2b3c4d", Node: 3, Epoch: 4, State: "proven", Reason: "well", Total: "27",
		Uptime: explainedTime{Slots: 5, Of: 6, Duties: 9, Assurance: "low", Reason: "1 other owner watches a node"},
		Deals:  []explainedRow{{Deal: 12, Index: 2, Rate: "27", Reason: "held"}},
	})
}

func TestJoinAnswer(t *testing.T) {
	n := sampleNetwork(t)
	units := func(s string) proof.U128 {
		u, err := proof.FromBig(amountOf(t, s).BigInt())
		require.NoError(t, err)
		return u
	}
	a := joinAnswer{
		header: answerTo("join"), NetworkID: n.Id, Node: 3, Owner: "mesh1o", Operator: "mesh1p", Peer: "12D3", Addrs: []string{"/ip4/127.0.0.1/tcp/1/p2p/12D3"},
		OwnBond: "100000000", GivenBond: "0", Counts: true, Quota: "10000000000", Tx: "AB",
	}
	m := chain.MemberRecord{Member: work.Member{Status: work.MemberJoined, OwnBond: units("100")}}
	requireAnswer(t, "join", a, func(p *page) { showJoined(p, a, n, m) })

	a.Counts = false
	m.OwnBond, m.GivenBond = units("0"), units("12.5")
	n.Params.Bond.MinBond = amountOf(t, "1234.5")
	requireAnswer(t, "join_short", a, func(p *page) { showJoined(p, a, n, m) })

	m.OwnBond, m.Status = units("2000"), work.MemberSuspended
	requireAnswer(t, "join_suspended", a, func(p *page) { showJoined(p, a, n, m) })
}

func TestEarningsAnswer(t *testing.T) {
	n := sampleNetwork(t)
	e := chain.Earnings{Fees: amountOf(t, "1"), Matched: amountOf(t, "2"), Pending: amountOf(t, "0.5"), Presence: amountOf(t, "0.25"), Governance: "nothing yet", Complete: true}
	a := earningsAnswer{
		header: answerTo("earnings"), NetworkID: n.Id, Node: 3, Owner: "mesh1o", Denom: n.Token.Denom, Fees: e.Fees.String(), Matched: e.Matched.String(),
		Pending: e.Pending.String(), Complete: true, Presence: e.Presence.String(), Governance: e.Governance, Days: earnedDays(nil), Epochs: earnedViews(nil),
	}
	requireAnswer(t, "earnings_none", a, func(p *page) { showEarnings(p, a, n, e) })

	rows := []chain.EarnedEpoch{
		earnedEpoch(t, 4, 1_772_409_590), // a second, and
		earnedEpoch(t, 5, 1_772_409_600), // no second before midnight
		earnedEpoch(t, 6, 1_772_409_720),
		{
			Epoch: 7, Gross: amountOf(t, "0"), Burnt: amountOf(t, "0"), Earned: amountOf(t, "0"), Matched: amountOf(t, "0"), Uptime: amountOf(t, "0.3"),
			Duties: amountOf(t, "0"), State: "none", Reason: "not burnt", Time: 1_772_409_800,
			Presences: []chain.EarnedPresence{{Epoch: 6, Slots: 4, Uptime: amountOf(t, "0.3"), Duties: amountOf(t, "0"), Reason: "in 4 slots"}},
		},
	}
	a.Days, a.Epochs = earnedDays(rows), earnedViews(rows)
	require.Equal(t, []string{"2026-03-01", "2026-03-02"}, []string{a.Days[0].Day, a.Days[1].Day})
	require.Equal(t, []string{"10400000", "21100000"}, []string{a.Days[0].Net, a.Days[1].Net})
	require.Equal(t, []kindView{{"proof", "16000000", "3200000", "12800000"}, {"voucher", "4000000", "800000", "3200000"}}, a.Days[1].Kinds)
	a.Withdrawn = &withdrawn{Fees: "8000000", Presence: "250000", Matched: "2000000", Commission: "1000000", EpochsLeft: 1, Tx: "AB", Height: 77}
	requireAnswer(t, "earnings", a, func(p *page) { showEarnings(p, a, n, e) })

	e.Complete, a.Complete, a.Withdrawn = false, false, nil
	requireAnswer(t, "earnings_more", a, func(p *page) { showEarnings(p, a, n, e) })
}

// earnedEpoch is an epoch in which a node was paid for proofs and vouchers, and for having been there.
func earnedEpoch(t *testing.T, epoch uint64, at int64) chain.EarnedEpoch {
	t.Helper()
	return chain.EarnedEpoch{
		Epoch: epoch, Gross: amountOf(t, "10"), Burnt: amountOf(t, "2"), Earned: amountOf(t, "8"), Matched: amountOf(t, "2"),
		Uptime: amountOf(t, "0.3"), Duties: amountOf(t, "0.1"), State: "ready", Reason: "as burnt", Time: at,
		Kinds: []chain.EarnedKind{
			{Kind: "proof", Burnt: amountOf(t, "1.6"), Earned: amountOf(t, "6.4")}, {Kind: "voucher", Burnt: amountOf(t, "0.4"), Earned: amountOf(t, "1.6")},
		},
		Presences: []chain.EarnedPresence{{
			Epoch: epoch - 1, Slots: 6, SlotsOf: 6, Uptime: amountOf(t, "0.3"), Duties: amountOf(t, "0.1"), Reason: "attested in all of 6 slots",
		}},
	}
}

func TestNodesAnswer(t *testing.T) {
	a := nodesAnswer{
		header: answerTo("devnet nodes"), Home: "/h/devnet", NetworkID: "net_1a2b3c4d", Denom: "net_1a2b3c4d/ustr",
		Processes: []devnet.Process{{Name: "node0", PID: 77, Home: "/h/devnet/node0", Ports: map[string]int{}, Started: "b/9"}},
		Keys:      []devnet.Key{{Name: "owner0", Address: "mesh1o", Home: "/h/devnet/node0"}},
	}
	requireAnswer(t, "nodes", a, func(p *page) { showNodes(p, a, devnetPlace{dir: "/h/devnet"}) })
}

func TestStatusWithNodes(t *testing.T) {
	a := statusAnswer{
		header: answerTo("status"), ChainID: "mesh-1", Height: 50, Time: "2026-01-02T03:04:05Z", Endpoint: "a:1", Home: "/h", Keys: []keyStatus{},
		Networks: []ownNetwork{{NetworkID: "net_1a2b3c4d", Name: "StorageNet", ChainID: "mesh-1", Denom: "net_1a2b3c4d/ustr", OnChain: true}},
		Nodes: []nodeStatus{
			{NetworkID: "net_1a2b3c4d", Node: 3, Operator: "operator", State: "joined", Counts: true, PID: 77, Indices: 12, Proven: 1, Missed: 2, Lost: 3, Next: "claim, before height 60"},
			{NetworkID: "net_1a2b3c4d", Node: 4, Operator: "second", State: "suspended"},
		},
	}
	requireAnswer(t, "status_nodes", a, func(p *page) { showStatus(p, a) })
}
