package e2e

import (
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"
)

// everyHolderServes reads the files of each deal from two of its holders, while the other two are dead, and then from those: each
// holder has its pieces of each file, and not only the ones that happen to answer first. No more are dead at once, since a deal
// could lose that many for good if reading took long.
func (n *crash) everyHolderServes(order []int) {
	n.t.Helper()
	files := map[string][]string{} // by deal
	listed := n.listed()
	for _, o := range listed {
		deal := itoa(int(o.Deal))
		files[deal] = append(files[deal], o.Name)
	}
	read := 0
	for number, d := range n.wholeDeals() {
		for half := range slices.Chunk(order, d.Deal.Profile.K) {
			n.settles() // who has just come back must not be late with a second proof
			d = n.wholeDeals()[number]
			var others []string
			for index, i := range d.Indices {
				if !slices.Contains(half, index) {
					others = append(others, n.process[i.Node])
				}
			}
			n.t.Logf("deal %s: %d files are read without %v", d.Deal.ID, len(files[d.Deal.ID]), others)
			n.kill(others...)
			for _, name := range files[d.Deal.ID] {
				n.reads(name)
				read++
			}
			n.ok("devnet", "nodes", itoa(crashNodes))
		}
	}
	require.Equal(n.t, 2*len(listed), read, "files that are in no deal of the client")
}

// wholeDeals waits until each index of each deal is held with all pieces of its layout, and returns the deals.
func (n *crash) wholeDeals() (list []crashDeal) {
	n.t.Helper()
	whole := n.within(mostRepair, func() bool {
		list = n.deals()
		return len(list) > 0 && !slices.ContainsFunc(list, func(d crashDeal) bool { return len(d.wholeIndices()) < d.Deal.Profile.N })
	})
	require.True(n.t, whole, "an index was not repaired within %d blocks", mostRepair)
	return list
}

// nobodyIsPaidTwice waits for the first accepted proof and looks at all there are: one for a node and an epoch, of no more than
// what the chain said was owed before it was claimed.
func (n *crash) nobodyIsPaidTwice() {
	n.t.Helper()
	var proofs []occurrence
	n.until("an accepted proof", func() bool {
		proofs = n.occurrences("MsgProve", "EventProven")
		return len(proofs) > 0
	})
	claimed := map[string]int64{}
	for _, c := range n.occurrences("MsgClaim", "EventClaimed") {
		claimed[c.of()] = n.integer(c.height)
	}
	seen := map[string]bool{}
	for _, p := range proofs {
		require.False(n.t, seen[p.of()], "%s was paid twice", p.of())
		seen[p.of()] = true
		require.Contains(n.t, claimed, p.of())
		var owed struct{ Amount string }
		asked := n.ask(&owed, claimed[p.of()]-1, "tasks/v1/networks/%s/nodes/%s/owed/%s", n.network, p.said["node"], p.said["epoch"])
		require.True(n.t, asked, p.of())
		require.LessOrEqual(n.t, n.integer(p.said["gross"]), n.integer(owed.Amount), p.of())
	}
	n.t.Logf("%d proofs were accepted, each for another node or epoch, none for more than was owed", len(proofs))
}

// nothingIsLostOrMade holds the account of x/tasks against its deals as of one block: escrows, reserves and what was set aside for
// repairs, less what proofs were paid out of them.
func (n *crash) nothingIsLostOrMade() {
	n.t.Helper()
	height := n.block()
	n.blocks(1) // of which the events can be found
	paid := new(big.Int)
	for _, p := range n.occurrences("MsgProve", "EventProven") {
		if n.integer(p.height) <= height {
			paid.Add(paid, n.big(p.said["gross"]))
		}
	}
	held := new(big.Int).Neg(paid)
	var found struct{ Deals []struct{ ID string } }
	require.True(n.t, n.ask(&found, height, "tasks/v1/clients/%s/deals", n.address("client")))
	require.NotEmpty(n.t, found.Deals)
	for _, f := range found.Deals {
		var d struct {
			Deal    struct{ Status, Escrow, Reserve, Spent string }
			Indices []struct {
				RepairPay string `json:"repair_pay"`
			}
		}
		require.True(n.t, n.ask(&d, height, "tasks/v1/deals/%s", f.ID))
		held.Add(held, n.big(d.Deal.Escrow)).Add(held, n.big(d.Deal.Reserve))
		for _, i := range d.Indices {
			held.Add(held, n.big(i.RepairPay))
		}
	}
	for id := range n.process {
		var open struct{ Requests []struct{ Bond string } }
		require.True(n.t, n.ask(&open, height, "tasks/v1/networks/%s/nodes/%s/open_requests", n.network, id))
		for _, r := range open.Requests {
			held.Add(held, n.big(r.Bond))
		}
	}
	require.Equal(n.t, n.ofTasks(height).String(), held.String(), "account of x/tasks at height %d, after proofs were paid %s", height, paid)
	n.t.Logf("at height %d the account of x/tasks has %s, as its %d deals and the proofs say", height, held, len(found.Deals))
}

// ofTasks returns what the account of x/tasks has of the network's token after a block.
func (n *crash) ofTasks(height int64) *big.Int {
	n.t.Helper()
	rest := "http://" + n.state(n.dir).REST
	var module struct {
		Account struct {
			Base struct{ Address string } `json:"base_account"`
		}
	}
	require.True(n.t, n.get(&module, rest+"/cosmos/auth/v1beta1/module_accounts/tasks", http.Header{}))
	var network struct {
		Network struct{ Token struct{ Denom string } }
	}
	require.True(n.t, n.ask(&network, height, "network/v1/networks/%s", n.network))
	var found struct{ Balance struct{ Amount string } }
	at := http.Header{"X-Cosmos-Block-Height": {strconv.FormatInt(height, 10)}}
	path := "/cosmos/bank/v1beta1/balances/" + module.Account.Base.Address + "/by_denom?denom=" + url.QueryEscape(network.Network.Token.Denom)
	require.True(n.t, n.get(&found, rest+path, at))
	return n.big(found.Balance.Amount)
}

// big reads an amount.
func (n *crash) big(s string) *big.Int {
	n.t.Helper()
	v, ok := new(big.Int).SetString(s, 10)
	require.True(n.t, ok, s)
	return v
}

// occurrence is an event that a node has caused.
type occurrence struct {
	height string
	said   map[string]string
}

// of returns whose it is and for which epoch.
func (o occurrence) of() string { return "node " + o.said["node"] + " in epoch " + o.said["epoch"] }

// occurrences returns all events of a kind.
func (n *crash) occurrences(message, event string) (list []occurrence) {
	n.t.Helper()
	for page := 1; ; page++ {
		var found struct {
			Txs []struct {
				Height string
				Events []struct {
					Type       string
					Attributes []struct{ Key, Value string }
				}
			}
		}
		query := "message.action='/mesh.tasks.v1." + message + "'"
		n.query(&found, n.state(n.dir).RPC, "txs", "--query", query, "--page", itoa(page), "--limit", "100")
		for _, tx := range found.Txs {
			for _, e := range tx.Events {
				if e.Type != "mesh.tasks.v1."+event {
					continue
				}
				o := occurrence{height: tx.Height, said: map[string]string{}}
				for _, a := range e.Attributes {
					o.said[a.Key] = strings.Trim(a.Value, `"`)
				}
				list = append(list, o)
			}
		}
		if len(found.Txs) < 100 {
			return list
		}
	}
}
