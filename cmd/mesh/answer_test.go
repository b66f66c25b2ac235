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

// requireAnswer fails unless a command's result is said as in testdata, to people and to programs.
func requireAnswer(t *testing.T, name string, answer any, text func(p *page)) {
	t.Helper()
	for suffix, s := range map[string]settings{".txt": {Output: "text"}, ".json": {Output: "json"}} {
		var out strings.Builder
		c := &cli{con: &console{out: &out}}
		require.NoError(t, c.print(s, answer, text))
		requireGolden(t, name+suffix, out.String())
	}
}

func TestInitAnswer(t *testing.T) {
	n := sampleNetwork(t)
	a := initAnswer{
		header: answerTo("init"), NetworkID: n.Id, ChainID: "mesh-devnet-1", Name: n.Name, Denom: n.Token.Denom, Symbol: n.Token.Symbol, Founder: n.Founder,
		SupplyCap: n.Token.SupplyCap.String(), InitialAllocation: n.Token.InitialAllocation.String(), Template: n.Template,
		LogicHash: strings.Repeat("ab", 32), LogicFile: "/h/logic/" + strings.Repeat("ab", 32), Tx: "AB", Height: 44,
		Next: []string{"mesh bootstrap --network-id net_1a2b3c4d --port 8080", "mesh join --network-id net_1a2b3c4d"},
	}
	requireAnswer(t, "init", a, func(p *page) { showInit(p, a, n) })
}

func TestTermsText(t *testing.T) {
	p := &page{}
	n := sampleNetwork(t)
	showTerms(p, n)
	n.LogicHash, n.Params.Storage.ReadPrice = nil, amountOf(t, "0")
	showTerms(p, n)
	requireGolden(t, "terms.txt", p.String())
}

func TestStatusAnswer(t *testing.T) {
	empty := statusAnswer{header: answerTo("status"), ChainID: "mesh-1", Height: 1, Time: "2026-01-02T03:04:05Z", Endpoint: "a:1", Home: "/h", KeysLocked: true, Keys: []keyStatus{}, Networks: []ownNetwork{}, Nodes: []nodeStatus{}}
	requireAnswer(t, "status_empty", empty, func(p *page) { showStatus(p, empty) })

	full := empty
	full.KeysLocked = false
	full.Keys = []keyStatus{
		{keyView{"client", "mesh1c"}, []coinView{}},
		{keyView{"owner", "mesh1o"}, []coinView{{"umesh", "1500000", "1.5 MESH"}, {"net_1a2b3c4d/ustr", "7", "0.000007 STR (net_1a2b3c4d/ustr)"}}},
	}
	full.Networks = []ownNetwork{
		{NetworkID: "net_1a2b3c4d", Name: "StorageNet", ChainID: "mesh-1", Denom: "net_1a2b3c4d/ustr", OnChain: true},
		{NetworkID: "net_5e6f7a8b", Name: "Gone", ChainID: "mesh-1", Denom: "net_5e6f7a8b/ugon"},
	}
	requireAnswer(t, "status", full, func(p *page) { showStatus(p, full) })
}

func TestUpAnswer(t *testing.T) {
	state := devnet.State{
		ChainID: "mesh-devnet-1", RPC: "127.0.0.1:1", GRPC: "127.0.0.1:2", REST: "127.0.0.1:3", Faucet: "http://127.0.0.1:4/faucet",
		Processes: []devnet.Process{{Name: "node0", PID: 77, Home: "/h/devnet/validators/node0", Ports: map[string]int{"rpc": 1}, Started: "b/9"}},
		Keys:      []devnet.Key{{Name: "founder", Address: "mesh1f", Home: "/h/devnet/founder"}},
	}
	own := answerUp(state, "/h/devnet", true)
	requireAnswer(t, "up_own", own, func(p *page) { showUp(p, own, devnetPlace{dir: "/h/devnet", own: "/h"}, true, false) })
	other := answerUp(state, "/h/devnet", false)
	requireAnswer(t, "up_other", other, func(p *page) { showUp(p, other, devnetPlace{dir: "/h/devnet"}, false, true) })
}

func TestDownAnswer(t *testing.T) {
	a := downAnswer{answerTo("devnet down"), "/d", []devnet.Process{{Name: "node0", PID: 77, Home: "/d/n", Ports: map[string]int{}, Started: "b/9"}}, false}
	requireAnswer(t, "down", a, func(p *page) { showDown(p, a, devnetPlace{dir: "/d"}) })
	none := downAnswer{answerTo("devnet down"), "/d", []devnet.Process{}, true}
	requireAnswer(t, "down_purge", none, func(p *page) { showDown(p, none, devnetPlace{dir: "/d"}) })
}

// sampleMembers are three nodes of two owners that count in draws, and one that does not.
func sampleMembers() []work.Member {
	node := func(owner string, own, given, weight uint64) work.Member {
		return work.Member{Owner: owner, OwnBond: proof.U64(own), GivenBond: proof.U64(given), Weight: proof.U64(weight)}
	}
	return []work.Member{
		node("mesh1a", 100_000_000, 0, 100_000_000), node("mesh1b", 100_000_000, 50_000_000, 150_000_000),
		node("mesh1b", 100_000_000, 0, 100_000_000), node("mesh1c", 7, 0, 0),
	}
}

// sampleSet is what the chain says of them.
func sampleSet() chain.ActiveSet {
	return chain.ActiveSet{Assurance: "low", AssuranceReason: "1 other owner watches a node"}
}

func TestMembership(t *testing.T) {
	a := membershipOf(sampleMembers(), sampleSet())
	require.Equal(t, membership{
		Nodes: 3, Owners: 2, OwnBonds: "300000000", GivenBonds: "50000000", LargestOwner: "mesh1b", LargestBps: 7_143, Assurance: "low", AssuranceReason: "1 other owner watches a node",
	}, a)
	require.Equal(t, membership{OwnBonds: "0", GivenBonds: "0", Assurance: "none"}, membershipOf(nil, chain.ActiveSet{Assurance: "none"}))
}

func TestSafetyText(t *testing.T) {
	require.Empty(t, safetyText("protected"))
	require.Empty(t, safetyText(""))
	require.Contains(t, safetyText("unprotected"), "cannot pay for a repair")
	require.Contains(t, safetyText("no spare holders"), "before another owner joins")
}

func TestNetworkAnswer(t *testing.T) {
	n := sampleNetwork(t)
	requireAnswer(t, "network", networkAnswer{answerTo("networks"), viewNetwork(n), "9000000", membershipOf(sampleMembers(), sampleSet())}, func(p *page) {
		showNetwork(p, n, amountOf(t, "9"), membershipOf(sampleMembers(), sampleSet()))
	})
	list := networksAnswer{answerTo("networks"), []networkView{viewNetwork(n)}, true}
	requireAnswer(t, "networks", list, func(p *page) { showNetworks(p, list) })
	none := networksAnswer{header: answerTo("networks"), Networks: []networkView{}}
	requireAnswer(t, "networks_none", none, func(p *page) { showNetworks(p, none) })
}

func TestSendAnswer(t *testing.T) {
	a := sendAnswer{answerTo("send"), "mesh1a", "mesh1b", "5000000", "umesh", "AB", 9}
	requireAnswer(t, "send", a, func(p *page) { showSent(p, a, "5 MESH") })
}

func TestFailureAnswer(t *testing.T) {
	var out strings.Builder
	c := &cli{con: &console{out: &out}}
	c.report(refused("not_confirmed", "send 1 <MESH>", "you did not agree", "nothing was sent"), true)
	requireGolden(t, "failure.json", out.String())
}

func TestAgree(t *testing.T) {
	n := sampleNetwork(t)
	rules := chain.NetworkRules{CreateFee: chain.Coin{Denom: "umesh", Amount: amountOf(t, "100")}}
	for name, tc := range map[string]struct {
		s     settings
		asks  bool
		input string
		want  string
	}{
		"ok: beforehand":     {settings{Yes: true}, false, "", ""},
		"ok: y":              {settings{}, true, "y\n", ""},
		"ok: Yes":            {settings{}, true, "Yes\n", ""},
		"fails: n":           {settings{}, true, "n\n", "you did not agree"},
		"fails: empty":       {settings{}, true, "\n", "you did not agree"},
		"fails: end":         {settings{}, true, "", "you did not agree"},
		"fails: no terminal": {settings{}, false, "y\n", "there is no terminal to ask for your agreement on"},
	} {
		t.Run(name, func(t *testing.T) {
			var said strings.Builder
			con := newTestConsole(tc.input, &said)
			con.asks = tc.asks
			err := (&cli{con: con}).agree(tc.s, n, rules)
			if tc.want == "" {
				require.NoError(t, err)
			} else {
				var f *failure
				require.ErrorAs(t, err, &f)
				require.Equal(t, exitRefused, f.Exit)
				require.Equal(t, tc.want, f.Why)
			}
			require.Equal(t, tc.asks, strings.Contains(said.String(), "100 MESH, half of it burnt"), "the terms are shown to whoever is asked")
		})
	}
}

func TestColor(t *testing.T) {
	for _, style := range []func(bool, string) string{strong, faint, alarm} {
		require.Equal(t, "x", style(false, "x"))
		require.Contains(t, style(true, "x"), "\x1b[")
	}
}
