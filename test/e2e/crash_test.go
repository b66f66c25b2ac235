package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// crashNodes is how many nodes the network of TestCrash has: files are coded 2/4, and two owners are spare.
const crashNodes = 6

// TestCrash kills processes of a network with SIGKILL, one after another and each at a random block, while files are
// being put: nodes, the bootstrap node, the validator, everything at once. After each kill they are started again. What a put has
// reported as stored is there, nobody is paid twice for an epoch, and the chain goes on. MESH_KILLS says how many (default
// 5), MESH_SEED which.
func TestCrash(t *testing.T) {
	kills, seed := variable(t, "MESH_KILLS", 5), variable(t, "MESH_SEED", time.Now().UnixNano())
	t.Logf("seed=%d", seed)
	n := &crash{storageNet: newStorageNet(t, crashNodes), r: rand.New(rand.NewPCG(uint64(seed), 0)), stored: map[string][]byte{}}
	for i := range int(kills) {
		n.strike(i)
	}
	for name := range n.stored {
		n.reads(name)
	}
	require.NotEmpty(t, n.stored, "no put has succeeded")
	n.nobodyIsPaidTwice()
	t.Logf("%d kills, %d files stored and read back", kills, len(n.stored))
}

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

// crash is a network whose processes are killed.
type crash struct {
	*storageNet
	r      *rand.Rand
	stored map[string][]byte // what puts have reported
}

// strike puts a file and kills something meanwhile, starts it again, and reads a file that was stored before.
func (n *crash) strike(i int) {
	n.t.Helper()
	name := fmt.Sprintf("file%d", i)
	content := n.file(name, n.r.IntN(12_000_000), n.r.Uint64())
	before := n.height("--home", filepath.Join(n.dir, "client"))
	put := n.start(n.client("put", name, "--output", "json")...)
	at := before + int64(n.r.IntN(12))
	n.until("the block to strike at", func() bool { return n.height("--home", filepath.Join(n.dir, "client")) >= at })

	switch victim := n.r.IntN(crashNodes + 3); {
	case victim < crashNodes:
		n.kill("node" + itoa(victim))
		n.ok("devnet", "nodes", itoa(crashNodes))
	case victim == crashNodes:
		n.kill("bootstrap")
		n.ok("devnet", "nodes", itoa(crashNodes))
	case victim == crashNodes+1:
		n.kill("validator0")
		n.ok("devnet", "up", "--detach")
	default:
		for _, p := range n.state(n.dir).Processes {
			n.kill(p.Name)
		}
		n.ok("devnet", "up", "--detach")
	}
	if put.succeeds() {
		n.stored[name] = content
	}
	after := n.height("--home", filepath.Join(n.dir, "client"))
	n.until("another block", func() bool { return n.height("--home", filepath.Join(n.dir, "client")) > after })
	require.Greater(n.t, after, before)
	for stored := range n.stored {
		n.reads(stored)
		break
	}
}

// kill ends a process of the devnet with SIGKILL and waits until it is gone.
func (n *crash) kill(name string) {
	n.t.Helper()
	p := n.state(n.dir).process(n.t, name)
	if !p.runs() {
		return
	}
	n.t.Logf("kill -9 of %s at height %d", name, n.lastHeight())
	require.NoError(n.t, syscall.Kill(p.PID, syscall.SIGKILL))
	n.until("the end of "+name, func() bool { return !p.runs() })
}

// lastHeight returns the height, 0 while nobody answers.
func (n *crash) lastHeight() int64 {
	var s struct{ Height int64 }
	got := n.run(n.client("status", "--output", "json")...)
	if got.code != 0 || json.Unmarshal([]byte(got.out), &s) != nil {
		return 0
	}
	return s.Height
}

// reads gets a stored file and holds it against what was put.
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
	require.True(n.t, bytes.Equal(n.stored[name], n.read(out)), name)
}

// nobodyIsPaidTwice waits for the first accepted proof and looks at all there are: one for a node and an epoch.
func (n *crash) nobodyIsPaidTwice() {
	n.t.Helper()
	var proofs []string
	n.until("an accepted proof", func() bool {
		proofs = n.proofs()
		return len(proofs) > 0
	})
	seen := map[string]bool{}
	for _, p := range proofs {
		require.False(n.t, seen[p], "%s was paid twice", p)
		seen[p] = true
	}
	n.t.Logf("%d proofs were accepted, each for another node or epoch", len(proofs))
}

// proofs returns which node has proven which epoch, once for each accepted proof.
func (n *crash) proofs() []string {
	n.t.Helper()
	var list []string
	for page := 1; ; page++ {
		var found struct {
			Txs []struct {
				Events []struct {
					Type       string
					Attributes []struct{ Key, Value string }
				}
			}
		}
		n.query(&found, n.state(n.dir).RPC, "txs", "--query", "message.action='/mesh.tasks.v1.MsgProve'", "--page", itoa(page), "--limit", "100")
		for _, tx := range found.Txs {
			for _, e := range tx.Events {
				if e.Type != "mesh.tasks.v1.EventProven" {
					continue
				}
				of := map[string]string{}
				for _, a := range e.Attributes {
					of[a.Key] = strings.Trim(a.Value, `"`)
				}
				list = append(list, "node "+of["node"]+" in epoch "+of["epoch"])
			}
		}
		if len(found.Txs) < 100 {
			return list
		}
	}
}

// running is a command that goes on in the background.
type running struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  *bytes.Buffer // read after the end
	done chan error
}

// start runs mesh in the background.
func (m *machine) start(args ...string) *running {
	m.t.Helper()
	var out bytes.Buffer
	c := m.background(&out, args...)
	c.out = &out
	return c
}

// background runs mesh in the background with its output where the caller wants it.
func (m *machine) background(output io.Writer, args ...string) *running {
	m.t.Helper()
	c := &running{t: m.t, cmd: exec.Command(m.mesh, args...), out: new(bytes.Buffer), done: make(chan error, 1)}
	c.cmd.Env, c.cmd.Dir = m.environment(), filepath.Dir(m.home)
	c.cmd.Stdout, c.cmd.Stderr = output, output
	require.NoError(m.t, c.cmd.Start())
	m.t.Cleanup(func() { _ = c.cmd.Process.Kill() })
	go func() { c.done <- c.cmd.Wait() }()
	return c
}

// succeeds waits for the end and tells whether it was a good one. A command that hangs is a defect.
func (c *running) succeeds() bool {
	c.t.Helper()
	timeout := time.NewTimer(2 * deadline)
	defer timeout.Stop()
	select {
	case err := <-c.done:
		if err != nil {
			c.t.Logf("it was cut short: %v %s", err, strings.TrimSpace(c.out.String()))
		}
		return err == nil
	case <-timeout.C:
		_ = c.cmd.Process.Signal(syscall.SIGQUIT) // it tells where it is
		<-c.done
		c.t.Fatalf("it hangs: %s", c.out.String())
		return false
	}
}
