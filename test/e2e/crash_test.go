package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	// crashNodes is how many nodes the network of TestCrash has: files are coded 2/4, and two owners are spare.
	crashNodes = 6
	// crashEpoch is how many blocks an epoch of it has.
	crashEpoch = 40
	// mostDead is how many of them may be dead at once for longer than a restart: as many holders as a 2/4 deal can miss.
	mostDead = 2
)

// TestCrash kills processes of a network with SIGKILL, one after another, while files are being put: nodes, the bootstrap node,
// the validator, the client itself, everything at once; and it does so while a layout is committed, in the windows of claims and
// of proofs, and while an index is rebuilt. Most are started again at once, some nodes stay dead for some strikes. What a put has
// reported as stored is there, also when it is read from any two of four holders; what was not reported is there or not, but not
// in between; nobody is paid twice for an epoch or more than was owed; and the chain goes on. MESH_KILLS says how many (default
// 5), MESH_SEED which: the same seed makes the same choices, though blocks and nodes of another run are others.
func TestCrash(t *testing.T) {
	kills, seed := variable(t, "MESH_KILLS", 5), variable(t, "MESH_SEED", time.Now().UnixNano())
	t.Logf("seed=%d", seed)
	r := rand.New(rand.NewPCG(uint64(seed), 0))
	plans, halves := makePlans(r, int(kills)), r.Perm(4)
	n := newCrash(t)
	for _, p := range plans {
		n.strike(p)
	}
	n.goesOn("last")
	n.everyHolderServes(halves)
	n.nobodyIsPaidTwice()
	n.nothingIsLostOrMade()
	if kills >= everyMoment {
		for _, moment := range moments() {
			require.NotZero(t, n.came[moment], "no strike hit its moment: %s", moment)
		}
	}
	t.Logf("%d kills, %d files stored and read back, moments at which devices were hit: %v, and clients: %v", kills, len(n.stored), n.came, n.cameClient)
}

// everyMoment is how many kills are enough for each moment to have come at least once: a repair comes only where a node stays dead.
const everyMoment = 20

// moments returns those that strikes wait for.
func moments() []string { return []string{atBlock, atLayout, atClaim, atProof, atRepair} }

// variable returns a number of the environment.
func variable(t *testing.T, name string, otherwise int64) int64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	v, err := strconv.ParseInt(text, 10, 64)
	require.NoError(t, err)
	return v
}

// The victims of strikes.
const (
	aNode      = "a node"
	theLast    = "the last node"
	theClient  = "the client"
	theChain   = "the validator or the bootstrap node"
	everything = "everything"
)

// plan is a strike as it was drawn, before anything has happened.
type plan struct {
	number int
	size   int    // of the file that is put
	bytes  uint64 // which bytes it has
	moment string
	blocks int64 // after which a put is hit, where that is the moment
	victim string
	which  int // of several victims of a kind
	stays  int // strikes for which the last node stays dead
	reads  int // which file is read afterwards
}

// makePlans draws everything there is to draw, so that no choice depends on how fast a run is. Each five strikes have each
// moment and each kind of victim once.
func makePlans(r *rand.Rand, kills int) []plan {
	plans := make([]plan, kills)
	for first := 0; first < kills; first += len(moments()) {
		when, who := shuffled(r, moments()), shuffled(r, []string{aNode, theLast, theClient, theChain, everything})
		if first == 0 && who[0] == everything { // an unlucky first put would leave nothing to look at later
			who[0], who[1] = who[1], who[0]
		}
		hitAtLayout(first/len(moments()), when, who)
		for i := range who {
			p := plan{
				number: first + i, size: r.IntN(12_000_000), bytes: r.Uint64(), moment: when[i], blocks: int64(r.IntN(12)),
				victim: who[i], which: r.IntN(crashNodes), stays: 1 + r.IntN(3), reads: r.IntN(1 << 30),
			}
			if p.victim == theClient {
				p.blocks /= 4 // later there may be no client any more
			}
			if p.number < kills {
				plans[p.number] = p
			}
		}
	}
	return plans
}

// shuffled returns a list in another order.
func shuffled(r *rand.Rand, list []string) []string {
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// hitAtLayout exchanges moments so that while a layout is committed each kind of victim is hit in its turn, the client in every second
// round; otherwise that is hit during a put, which is over before other moments come.
func hitAtLayout(round int, when, who []string) {
	give := func(victim, moment string) {
		i, j := slices.Index(who, victim), slices.Index(when, moment)
		when[i], when[j] = when[j], when[i]
	}
	if round%2 == 1 {
		give(theClient, atLayout)
		return
	}
	give(theClient, atBlock)
	turns := []string{aNode, theChain, theLast, everything}
	give(turns[round/2%len(turns)], atLayout)
}

// crash is a network whose processes are killed.
type crash struct {
	*storageNet
	process map[string]string // of each node on chain
	files   map[string][]byte // all that was tried to put
	stored  []string          // what puts have reported, in their order
	dead    int               // how many of the last nodes are left dead
	back    int               // number of the strike before which they are started again
	came    map[string]int    // moments at which strikes have hit devices

	cameClient map[string]int // and clients that were running
}

// newCrash starts the network. Its epochs are twice as long as a devnet's: who has missed the windows of two has lost what he
// holds, and all nodes together need some ten blocks, or some more on a busy machine, to be back after everything was killed.
// Each owner gets a bond beyond the least, since a node that has lost an index pays for it and would not count any more: after
// two losses there would be no owner left to repair anything.
func newCrash(t *testing.T) *crash {
	t.Helper()
	m := newMachine(t)
	dir := filepath.Join(m.home, "devnet")
	n := &crash{storageNet: &storageNet{machine: m, dir: dir}, process: map[string]string{}, files: map[string][]byte{}, came: map[string]int{}, cameClient: map[string]int{}}
	founder := filepath.Join(dir, "founder")
	m.ok("devnet", "up", "--detach")
	var made struct {
		Network string `json:"network_id"`
	}
	m.okJSON(&made, "init", "--yes", "--name", "CrashNet", "--token-name", "Device Token", "--token-symbol", "DEV",
		"--epoch-blocks", itoa(crashEpoch), "--home", founder)
	n.network = made.Network
	m.ok("devnet", "nodes", itoa(crashNodes))
	var found struct{ Nodes []struct{ ID, Owner string } }
	require.True(t, n.ask(&found, 0, "network/v1/networks/%s/nodes", n.network))
	require.Len(t, found.Nodes, crashNodes)
	for _, node := range found.Nodes {
		for _, k := range n.state(dir).Keys {
			if k.Address == node.Owner {
				n.process[node.ID] = filepath.Base(k.Home)
			}
		}
		n.ok("bond", node.ID, "100DEV", "--yes", "--home", founder)
	}
	return n
}

// nodeProcess returns the name of a node's process.
func nodeProcess(i int) string { return "node" + itoa(i) }

// living is how many nodes are not left dead: the first ones, since that is what devnet nodes can start.
func (n *crash) living() int { return crashNodes - n.dead }

// strike puts a file and kills something meanwhile, starts it again, and reads a file that was stored before.
func (n *crash) strike(p plan) {
	n.t.Helper()
	if p.number >= n.back {
		n.revive()
	}
	name := fmt.Sprintf("file%d", p.number)
	n.files[name] = n.file(name, p.size, p.bytes)
	before := n.block()
	if p.victim == theChain || p.victim == everything {
		n.settles()
	}
	put := n.start(n.putting(name)...)
	came := n.await(p, put)
	switch {
	case came && p.victim != theClient:
		n.came[p.moment]++
	case came && !put.ended():
		n.cameClient[p.moment]++
	}
	n.hit(p, put, came)
	if put.succeeds() {
		n.stored = append(n.stored, name)
	}
	n.blocks(1)
	require.Greater(n.t, n.block(), before)
	if p.victim == theClient {
		n.goesOn(fmt.Sprintf("after%d", p.number))
	}
	if len(n.stored) > 0 {
		n.reads(n.stored[p.reads%len(n.stored)])
	}
}

// settles waits until all holders that live have proven what they hold, so that none is hit twice in a row by what hits all: they
// would be called lost together, and with them the files.
func (n *crash) settles() {
	n.t.Helper()
	settled := n.within(mostRepair, func() bool {
		return !slices.ContainsFunc(n.deals(), func(d crashDeal) bool {
			return slices.ContainsFunc(d.Indices, func(i crashIndex) bool {
				return i.Status == "INDEX_STATUS_HELD" && !n.leftDead(n.process[i.Node]) && !n.hasProven(i)
			})
		})
	})
	require.True(n.t, settled, "a holder has not proven anything for %d blocks", mostRepair)
}

// putting returns the arguments of a put into a deal that lasts longer than the test. The profile is given, since the client would
// choose a narrower one while a node that was dead for long does not count.
func (n *crash) putting(name string) []string {
	return n.client("put", name, "--epochs", "20000", "--profile", "tiny")
}

// hit kills the victim of a strike, and starts it again unless it shall stay dead.
func (n *crash) hit(p plan, put *running, came bool) {
	n.t.Helper()
	names, again := make([]string, 1), []string{"devnet", "nodes", itoa(n.living())}
	fate := "starts again"
	switch p.victim {
	case aNode:
		names[0] = n.spare(p.which)
	case theLast:
		if names[0] = n.spare(n.living() - 1); n.mayStayDead() {
			names[0] = nodeProcess(n.living() - 1)
			n.dead++
			n.back = max(n.back, p.number+1+p.stays)
			again, fate = nil, fmt.Sprintf("stays dead until strike %d", n.back)
		}
	case theClient:
		names, again, fate = nil, nil, "is not started again"
		if put.ended() {
			fate = "had ended before"
		}
	case theChain:
		if names[0] = "bootstrap"; p.which%2 == 0 {
			names[0], again = "validator0", []string{"devnet", "up", "--detach"}
		}
	case everything:
		names, again = nil, []string{"devnet", "up", "--detach"}
		for _, process := range n.state(n.dir).Processes {
			if !n.leftDead(process.Name) { // its number may be another process's by now
				names = append(names, process.Name)
			}
		}
	}
	n.t.Logf("strike %d: %s (came: %t, block %d), victim %s %v, %s; %d nodes are dead",
		p.number, p.moment, came, n.block(), p.victim, names, fate, n.dead)
	if p.victim == theClient {
		_ = put.cmd.Process.Kill() // fails where it had ended before
		<-put.done
	}
	n.kill(names...)
	if again == nil {
		return
	}
	if n.ok(again...); again[1] == "up" { // it starts all nodes there are
		n.dead, n.back = 0, 0
	}
}

// spare returns the node to kill: the one of that number, or the next one that no deal needs while others are dead or have not
// rebuilt what they took.
func (n *crash) spare(which int) (name string) {
	n.t.Helper()
	found := n.within(mostRepair, func() bool {
		for i := range n.living() {
			if name = nodeProcess((which + i) % n.living()); n.canMiss(name) {
				return true
			}
		}
		return false
	})
	require.True(n.t, found, "no node can be missed")
	return name
}

// kill ends processes of the devnet with SIGKILL and waits until they are gone.
func (n *crash) kill(names ...string) {
	n.t.Helper()
	state := n.state(n.dir)
	for _, name := range names {
		if p := state.process(n.t, name); p.runs() {
			require.NoError(n.t, syscall.Kill(p.PID, syscall.SIGKILL))
		}
	}
	for _, name := range names {
		n.until("the end of "+name, func() bool { return !state.process(n.t, name).runs() })
	}
}

// revive starts the nodes that were left dead.
func (n *crash) revive() {
	n.t.Helper()
	if n.dead > 0 {
		n.ok("devnet", "nodes", itoa(crashNodes))
		n.dead, n.back = 0, 0
	}
}

// goesOn puts a file after a crash, which must succeed, and looks at all that the client lists: it is stored, and can be read.
func (n *crash) goesOn(name string) {
	n.t.Helper()
	n.revive()
	if !n.takesMore() { // the client may have died while it opened a deal, and only later blocks say whether it has one
		n.blocks(txBlocks)
	}
	n.puts(name)
	listed := n.listed()
	if !allStored(listed) { // of a commit that was not answered the same is true
		n.blocks(txBlocks)
		n.puts(name + "-later")
		listed = n.listed()
	}
	require.True(n.t, allStored(listed), listed)
	names := map[string]bool{}
	for _, o := range listed {
		names[o.Name] = true
		n.reads(o.Name)
	}
	for _, stored := range n.stored {
		require.True(n.t, names[stored], "%s was reported as stored and is not listed", stored)
	}
}

// takesMore tells whether enough holders of a deal are there for a put.
func (n *crash) takesMore() bool {
	return slices.ContainsFunc(n.deals(), func(d crashDeal) bool { return len(d.wholeIndices()) > d.Deal.Profile.K })
}

// puts stores a small file.
func (n *crash) puts(name string) {
	n.t.Helper()
	n.files[name] = n.file(name, 1_000, uint64(len(n.files)))
	n.ok(n.putting(name)...)
	n.stored = append(n.stored, name)
}

// listed returns what the client says it has.
func (n *crash) listed() []object {
	n.t.Helper()
	var list struct{ Objects []object }
	n.okJSON(&list, n.client("ls")...)
	return list.Objects
}

func allStored(list []object) bool {
	return !slices.ContainsFunc(list, func(o object) bool { return o.State != "stored" })
}

// reads gets a file and holds it against what was put.
func (n *crash) reads(name string) {
	n.t.Helper()
	out := name + ".out"
	var got answer
	defer func() {
		if got.code != 0 {
			n.t.Logf("the last retrieval of %s: %s", name, got.err)
		}
	}()
	n.until("the retrieval of "+name, func() bool {
		got = n.run(n.client("get", name, "--out", out, "--force")...)
		return got.code == 0
	})
	require.True(n.t, bytes.Equal(n.files[name], n.read(out)), name)
}
