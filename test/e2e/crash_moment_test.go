package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"
)

// The moments that strikes wait for.
const (
	atBlock  = "some block of a put"
	atLayout = "commit of a layout"
	atClaim  = "claim window"
	atProof  = "proof window"
	atRepair = "repair"
)

const (
	// patience is for how many blocks a strike waits for its moment.
	patience = 2 * crashEpoch
	// repairPatience is the same for a repair. A holder is called lost once it has proven nothing for two epochs.
	repairPatience = 6 * crashEpoch
	// mostRepair is how many blocks the repair of all that is vacant takes at most, with an attempt or two in vain.
	mostRepair = 8 * crashEpoch
	// txBlocks is in how many blocks a client's transaction is included or never, which the client can know after them.
	txBlocks = 60
)

// await waits for the moment of a strike, but not for ever: it tells whether it came.
func (n *crash) await(p plan, put *running) bool {
	n.t.Helper()
	from, most := n.block(), int64(patience)
	if p.moment == atRepair {
		n.bereave(p, put)
		most = repairPatience
	}
	came := false
	n.within(most, func() bool {
		came = n.is(p, put, from)
		return came || p.moment == atLayout && put.ended()
	})
	return came
}

// within waits for a condition for some blocks, each of which has to come in time: how long all of them take says only how busy
// the machine is. It tells whether the condition was met.
func (n *crash) within(most int64, met func() bool) bool {
	n.t.Helper()
	var from int64
	n.until("a block", func() bool { from = n.block(); return from > 0 })
	for last := from; last <= from+most; last = n.block() {
		is := false
		n.until("a later block", func() bool { is = met(); return is || n.block() > last })
		if is {
			return true
		}
	}
	return false
}

// is tells whether it is the moment of a strike.
func (n *crash) is(p plan, put *running, from int64) bool {
	switch p.moment {
	case atBlock:
		return n.block() >= from+p.blocks
	case atLayout:
		return put.says("waiting for the layout to get into a block")
	case atRepair:
		return slices.ContainsFunc(n.deals(), func(d crashDeal) bool {
			return slices.ContainsFunc(d.Indices, func(i crashIndex) bool {
				return i.Status == "INDEX_STATUS_VACANT" || i.Status == "INDEX_STATUS_RESERVED"
			})
		})
	}
	// The claims of an epoch are taken in the one after it, and so are the first proofs; the last ones may come later.
	epoch := n.epoch()
	for _, before := range []int64{epoch - 1, epoch - 2} {
		var w struct {
			Window struct {
				From  string `json:"claims_from"`
				Until string `json:"claims_until"`
			}
			From  string `json:"proofs_from"`
			Until string `json:"proofs_until"`
		}
		if before < 1 || !n.ask(&w, 0, "tasks/v1/networks/%s/windows/%d", n.network, before) {
			continue
		}
		first, end := w.Window.From, w.Window.Until
		if p.moment == atProof {
			first, end = w.From, w.Until
		}
		if next := n.block() + 1; n.integer(first) <= next && next < n.integer(end) {
			return true
		}
	}
	return false
}

// epoch returns the number of the epoch that is open, 0 while nobody answers.
func (n *crash) epoch() int64 {
	n.t.Helper()
	var now struct{ Calendar struct{ Epoch string } }
	if !n.ask(&now, 0, "network/v1/networks/%s/epochs/0", n.network) {
		return 0
	}
	return n.integer(now.Calendar.Epoch)
}

// hasProven tells whether the holder of an index has proven the last epoch that it could have, or has nothing to prove yet.
func (n *crash) hasProven(i crashIndex) bool {
	n.t.Helper()
	epoch := n.epoch()
	var owed struct {
		Owed struct {
			Proven string `json:"last_proven"`
		}
	}
	return epoch > 0 && n.ask(&owed, 0, "tasks/v1/networks/%s/nodes/%s/owed/%d", n.network, i.Node, epoch) &&
		max(n.integer(owed.Owed.Proven), n.integer(i.From)-1) >= epoch-2
}

// bereave sees to it that there is something to repair: it kills the last nodes, as many as may be, until an index is
// without its holder. The first put has to make a deal before.
func (n *crash) bereave(p plan, put *running) {
	n.t.Helper()
	n.until("a deal to repair", func() bool { return put.ended() || len(n.deals()) > 0 })
	for len(n.deals()) > 0 && !n.missesHolder() && n.mayStayDead() {
		n.kill(nodeProcess(n.living() - 1))
		n.dead++
		n.back = max(n.back, p.number+1)
	}
}

// missesHolder tells whether a dead node has an index, or an index has no holder.
func (n *crash) missesHolder() bool {
	return slices.ContainsFunc(n.deals(), func(d crashDeal) bool {
		return slices.ContainsFunc(d.Indices, func(i crashIndex) bool {
			return i.Status != "INDEX_STATUS_HELD" || n.leftDead(n.process[i.Node])
		})
	})
}

// mayStayDead tells whether the last node that lives may be left dead, too.
func (n *crash) mayStayDead() bool { return n.dead < mostDead && n.canMiss(nodeProcess(n.living()-1)) }

// canMiss tells whether each deal keeps k holders with all pieces of its layout without a node and those that are dead, so that
// no file can be lost, however long the node takes to come back.
func (n *crash) canMiss(process string) bool {
	return !slices.ContainsFunc(n.deals(), func(d crashDeal) bool {
		left := 0
		for _, i := range d.wholeIndices() {
			if at := n.process[i.Node]; !n.leftDead(at) && at != process {
				left++
			}
		}
		return left < d.Deal.Profile.K
	})
}

// leftDead tells whether a process is one of the nodes that were left dead.
func (n *crash) leftDead(process string) bool {
	for i := range n.dead {
		if process == nodeProcess(crashNodes-1-i) {
			return true
		}
	}
	return false
}

// crashDeal is a deal with its indices as the chain's REST server says it.
type crashDeal struct {
	Deal struct {
		ID      string
		Profile struct{ K, N int }
		Layout  struct{ Version string }
	}
	Indices []crashIndex
}

// crashIndex is one index of a deal.
type crashIndex struct {
	Status, Node string
	From         string `json:"from_epoch"`
	Acked        struct{ Version string }
}

// wholeIndices returns the indices that are held with all pieces of the layout.
func (d crashDeal) wholeIndices() (list []crashIndex) {
	for _, i := range d.Indices {
		if i.Status == "INDEX_STATUS_HELD" && i.Acked.Version == d.Deal.Layout.Version {
			list = append(list, i)
		}
	}
	return list
}

// deals returns the client's deals that have a layout, in the order of their ids. It must not be asked while the validator is
// dead: no answer is not the same as no deals.
func (n *crash) deals() (list []crashDeal) {
	n.t.Helper()
	client := n.address("client")
	n.until("an answer about deals", func() bool {
		list = nil
		var found struct{ Deals []struct{ ID string } }
		if !n.ask(&found, 0, "tasks/v1/clients/%s/deals", client) {
			return false
		}
		for _, f := range found.Deals {
			var d crashDeal
			if !n.ask(&d, 0, "tasks/v1/deals/%s", f.ID) {
				return false
			}
			if d.Deal.Layout.Version != "0" {
				list = append(list, d)
			}
		}
		return true
	})
	return list
}

// address returns the address of a key of the devnet.
func (n *crash) address(name string) string {
	n.t.Helper()
	for _, k := range n.state(n.dir).Keys {
		if k.Name == name {
			return k.Address
		}
	}
	n.t.Fatalf("devnet.json has no key %s", name)
	return ""
}

// block returns the height of the last block, 0 while nobody answers.
func (n *crash) block() int64 {
	n.t.Helper()
	var s struct {
		Result struct {
			SyncInfo struct {
				Height string `json:"latest_block_height"`
			} `json:"sync_info"`
		}
	}
	if !n.get(&s, "http://"+n.state(n.dir).RPC+"/status", nil) {
		return 0
	}
	return n.integer(s.Result.SyncInfo.Height)
}

// blocks waits for that many blocks.
func (n *crash) blocks(count int64) {
	n.t.Helper()
	n.within(count, func() bool { return false })
}

// ask asks the REST server for the state after a block, the last one if height is 0. That takes milliseconds where meshd takes
// half a second, and a window is soon over. It tells whether there was an answer; a validator that was killed gives none.
func (n *crash) ask(into any, height int64, path string, args ...any) bool {
	n.t.Helper()
	header := http.Header{}
	if height > 0 {
		header.Set("x-cosmos-block-height", strconv.FormatInt(height, 10))
	}
	return n.get(into, "http://"+n.state(n.dir).REST+"/mesh/"+fmt.Sprintf(path, args...), header)
}

func (n *crash) get(into any, url string, header http.Header) bool {
	n.t.Helper()
	request, err := http.NewRequestWithContext(n.t.Context(), http.MethodGet, url, nil)
	require.NoError(n.t, err)
	request.Header = header
	client := http.Client{Timeout: 5 * time.Second}
	answer, err := client.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = answer.Body.Close() }()
	return answer.StatusCode == http.StatusOK && json.NewDecoder(answer.Body).Decode(into) == nil
}

// integer reads a number that the chain writes as text.
func (n *crash) integer(s string) int64 {
	n.t.Helper()
	v, err := strconv.ParseInt(s, 10, 64)
	require.NoError(n.t, err)
	return v
}
