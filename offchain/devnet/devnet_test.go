package devnet_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// up starts a devnet that is ended with the test.
func up(t *testing.T, cfg devnet.Config) *devnet.Devnet {
	t.Helper()
	d, err := devnet.Up(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// requireNone fails while one of the processes runs.
func requireNone(t *testing.T, processes []devnet.Process) {
	t.Helper()
	require.Empty(t, devnet.State{Processes: processes}.Running())
}

// recorded returns the names of the processes in devnet.json.
func recorded(t *testing.T, dir string) []string {
	t.Helper()
	s, err := devnet.Read(dir)
	require.NoError(t, err)
	var names []string
	for _, p := range s.Processes {
		names = append(names, p.Name)
	}
	return names
}

func TestUp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "net")
	cfg := newTools(t).config(dir)
	var steps []string
	cfg.Progress = func(s string) { steps = append(steps, s) }
	d := up(t, cfg)
	s := d.State()
	require.Equal(t, []string{"making chain mesh-devnet-1", "waiting for blocks of 1 validator"}, steps)

	require.Equal(t, "mesh-devnet-1", s.ChainID)
	require.Equal(t, []devnet.Key{{Name: "founder", Address: "mesh1founder", Home: filepath.Join(dir, "founder")}}, s.Keys)
	require.Len(t, s.Processes, 2)
	node, faucet := s.Processes[0], s.Processes[1]
	require.Equal(t, "validator0", node.Name)
	require.Equal(t, filepath.Join(dir, "validators", "node0"), node.Home)
	require.Equal(t, "faucet", faucet.Name)
	require.Equal(t, filepath.Join(dir, "faucet"), faucet.Home)
	require.Len(t, s.Running(), 2)
	for name, address := range map[string]string{"rpc": s.RPC, "grpc": s.GRPC, "rest": s.REST} {
		require.Equal(t, "127.0.0.1:"+strconv.Itoa(node.Ports[name]), address)
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	}
	require.NotZero(t, node.Ports["p2p"])
	require.Equal(t, fmt.Sprintf("http://127.0.0.1:%d/faucet", faucet.Ports["http"]), s.Faucet)
	genesis, err := os.ReadFile(filepath.Join(dir, "validators", "genesis"))
	require.NoError(t, err)
	require.Equal(t, "mesh-devnet-1 mesh1faucet="+devnet.FaucetFunds, string(genesis))

	onDisk, err := devnet.Read(dir)
	require.NoError(t, err)
	s.Schema = 1
	require.Equal(t, s, onDisk)

	require.NoError(t, d.Stop())
	requireNone(t, s.Processes)
	require.Empty(t, recorded(t, dir))
	require.NoError(t, d.Stop(), "a second time does nothing")
}

func TestUpForeground(t *testing.T) {
	cfg := newTools(t).config(t.TempDir())
	cfg.Foreground = true
	s := up(t, cfg).State()
	require.Equal(t, "supervisor", s.Processes[0].Name)
	require.Equal(t, os.Getpid(), s.Processes[0].PID)
	require.Len(t, s.Running(), 3)
}

func TestUpContinues(t *testing.T) {
	dir, tools := t.TempDir(), newTools(t)
	first, err := devnet.Up(t.Context(), tools.config(dir))
	require.NoError(t, err)
	require.Positive(t, first.FirstBlock())
	was := first.State()
	require.NoError(t, first.Close())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "validators", "genesis"), []byte("kept"), 0o600))
	height := func() int {
		bz, err := os.ReadFile(filepath.Join(dir, "validators", "node0", "height"))
		require.NoError(t, err)
		n, err := strconv.Atoi(string(bz))
		require.NoError(t, err)
		return n
	}
	before := height()
	require.Positive(t, before)

	cfg := tools.config(dir)
	cfg.ChainID = "mesh-devnet-2"
	second := up(t, cfg)
	require.Equal(t, "mesh-devnet-1", second.State().ChainID, "a chain keeps its id")
	require.Greater(t, height(), before)
	genesis, err := os.ReadFile(filepath.Join(dir, "validators", "genesis"))
	require.NoError(t, err)
	require.Equal(t, "kept", string(genesis), "the genesis was made again")
	is := second.State()
	require.Equal(t, []string{was.RPC, was.GRPC, was.REST, was.Faucet}, []string{is.RPC, is.GRPC, is.REST, is.Faucet}, "who knew them finds them again")
}

// A devnet whose ports somebody else has by now gets others.
func TestUpContinuesElsewhere(t *testing.T) {
	dir, tools := t.TempDir(), newTools(t)
	first, err := devnet.Up(t.Context(), tools.config(dir))
	require.NoError(t, err)
	was := first.State().GRPC
	require.NoError(t, first.Close())
	l, err := net.Listen("tcp", was)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	second := up(t, tools.config(dir))
	require.NotEqual(t, was, second.State().GRPC)
	require.Len(t, second.State().Running(), 2)
}

func TestUpRunning(t *testing.T) {
	dir, tools := t.TempDir(), newTools(t)
	d := up(t, tools.config(dir))
	_, err := devnet.Up(t.Context(), tools.config(dir))
	require.ErrorIs(t, err, devnet.ErrRunning, "the directory is locked")
	require.NoError(t, d.Detach())
	_, err = devnet.Up(t.Context(), tools.config(dir))
	require.ErrorIs(t, err, devnet.ErrRunning)
	require.ErrorContains(t, err, fmt.Sprintf("process %d is validator0 of the one in %s", d.State().Processes[0].PID, dir))
	require.Len(t, d.State().Running(), 2, "what runs was left alone")
	require.Equal(t, []string{"validator0", "faucet"}, recorded(t, dir))
}

func TestUpAfterKill(t *testing.T) {
	dir, tools := t.TempDir(), newTools(t)
	first := up(t, tools.config(dir))
	require.NoError(t, first.Detach())
	old := first.State().Processes
	require.NoError(t, syscall.Kill(old[0].PID, syscall.SIGKILL))
	require.Error(t, first.Wait(t.Context()))
	require.Len(t, first.State().Running(), 1, "the faucet outlived the validator")

	second := up(t, tools.config(dir))
	requireNone(t, old)
	require.Len(t, second.State().Running(), 2)
}

// TestUpAfterKilledStart continues where a start was killed that had recorded its validator only.
func TestUpAfterKilledStart(t *testing.T) {
	dir, tools := t.TempDir(), newTools(t)
	first := up(t, tools.config(dir))
	require.NoError(t, first.Detach())
	half := first.State()
	require.NoError(t, syscall.Kill(half.Processes[1].PID, syscall.SIGKILL))
	require.Error(t, first.Wait(t.Context()))
	half.Processes = half.Processes[:1]
	require.NoError(t, devnet.Write(half, dir))

	second := up(t, tools.config(dir))
	requireNone(t, half.Processes)
	require.Len(t, second.State().Running(), 2)
}

func TestUpTaken(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "letter"), nil, 0o600))
	_, err := devnet.Up(t.Context(), newTools(t).config(dir))
	require.ErrorIs(t, err, devnet.ErrTaken)
	require.ErrorContains(t, err, "letter")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing was added")
}

func TestUpDies(t *testing.T) {
	dir, tools := t.TempDir(), newTools(t)
	tools.set(t, "die", "")
	_, err := devnet.Up(t.Context(), tools.config(dir))
	var died *devnet.DiedError
	require.ErrorAs(t, err, &died)
	require.ErrorIs(t, err, devnet.ErrDied)
	require.Equal(t, "validator0", died.Name)
	require.Equal(t, "exit status 3", died.Exit)
	require.Equal(t, filepath.Join(dir, "logs", "validator0.log"), died.File)
	require.Len(t, died.Log, 50)
	require.Equal(t, "line 50", died.Log[0])
	require.Equal(t, "line 99", died.Log[49])
	require.Empty(t, recorded(t, dir))

	tools.unset(t, "die")
	up(t, tools.config(dir)) // the directory can be used again
}

func TestUpPortTaken(t *testing.T) {
	t.Run("ok: others are planned", func(t *testing.T) {
		tools := newTools(t)
		tools.set(t, "taken", "xxxx")
		require.Len(t, up(t, tools.config(t.TempDir())).State().Running(), 2)
	})
	t.Run("ok: another node's REST server is told from the own", func(t *testing.T) {
		tools := newTools(t)
		tools.set(t, "foreign", "xx")
		require.Len(t, up(t, tools.config(t.TempDir())).State().Running(), 2)
		left, err := os.ReadFile(filepath.Join(tools.dir, "foreign"))
		require.NoError(t, err)
		require.Empty(t, left, "two starts were given up")
	})
	t.Run("ok: so is another's faucet", func(t *testing.T) {
		tools := newTools(t)
		cfg := tools.config(t.TempDir())
		command, tries := cfg.FaucetCommand, 0
		cfg.FaucetCommand = func(chainID, grpc, listen string) []string {
			if tries++; tries == 1 {
				l, err := net.Listen("tcp", listen) // between plan and use
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, l.Close()) })
			}
			return command(chainID, grpc, listen)
		}
		require.Len(t, up(t, cfg).State().Running(), 2)
		require.Equal(t, 2, tries)
	})
	t.Run("fails: five times", func(t *testing.T) {
		dir, tools := t.TempDir(), newTools(t)
		tools.set(t, "taken", "xxxxxx")
		_, err := devnet.Up(t.Context(), tools.config(dir))
		require.ErrorIs(t, err, devnet.ErrDied)
		require.Empty(t, recorded(t, dir))
		left, err := os.ReadFile(filepath.Join(tools.dir, "taken"))
		require.NoError(t, err)
		require.Equal(t, "x", string(left), "five tries were made")
	})
}

func TestUpNotReady(t *testing.T) {
	dir, tools := t.TempDir(), newTools(t)
	cfg := tools.config(dir)
	require.NoError(t, up(t, cfg).Close()) // makes the genesis
	tools.set(t, "stuck", "")
	cfg.Ready = 5 * time.Second
	_, err := devnet.Up(t.Context(), cfg)
	var slow *devnet.NotReadyError
	require.ErrorAs(t, err, &slow)
	require.ErrorIs(t, err, devnet.ErrNotReady)
	require.Equal(t, "validator0", slow.Name)
	require.Contains(t, slow.Why, "it stays at height")
	require.Empty(t, recorded(t, dir))
}

func TestUpInterrupted(t *testing.T) {
	dir, tools := t.TempDir(), newTools(t)
	tools.set(t, "stuck", "")
	cfg := tools.config(dir)
	ctx, cancel := context.WithCancel(t.Context())
	var started devnet.State
	cfg.Progress = func(step string) {
		if strings.HasPrefix(step, "waiting") {
			var err error
			started, err = devnet.Read(dir)
			require.NoError(t, err)
			cancel()
		}
	}
	_, err := devnet.Up(ctx, cfg)
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, started.Processes, 1)
	requireNone(t, started.Processes)
	require.Empty(t, recorded(t, dir))
}

func TestUpFour(t *testing.T) {
	dir, tools := t.TempDir(), newTools(t)
	cfg := tools.config(dir)
	cfg.Validators = 4
	d := up(t, cfg)
	s := d.State()
	require.Len(t, s.Running(), 5)
	seen := map[int]bool{}
	for i, p := range s.Processes[:4] {
		require.Equal(t, "validator"+strconv.Itoa(i), p.Name)
		var want []string
		for j, other := range s.Processes[:4] {
			if i != j {
				want = append(want, fmt.Sprintf("id-of-node%d@127.0.0.1:%d", j, other.Ports["p2p"]))
			}
		}
		peers, err := os.ReadFile(filepath.Join(p.Home, "peers"))
		require.NoError(t, err)
		require.Equal(t, strings.Join(want, ","), string(peers))
		for _, port := range p.Ports {
			require.False(t, seen[port], "port %d twice", port)
			seen[port] = true
		}
	}
	require.NoError(t, d.Close())

	cfg.Validators = 2
	_, err := devnet.Up(t.Context(), cfg)
	require.ErrorIs(t, err, devnet.ErrInvalid)
	require.ErrorContains(t, err, "has 4 validators, not 2")
	cfg.Validators = 0
	require.Len(t, up(t, cfg).State().Running(), 5, "as many as there are")
}

func TestWait(t *testing.T) {
	d := up(t, newTools(t).config(t.TempDir()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, d.Wait(ctx))
	require.NoError(t, syscall.Kill(d.State().Processes[1].PID, syscall.SIGKILL))
	var died *devnet.DiedError
	require.ErrorAs(t, d.Wait(t.Context()), &died)
	require.Equal(t, "faucet", died.Name)
	require.Equal(t, "signal: killed", died.Exit)
}

func TestDown(t *testing.T) {
	dir, tools := t.TempDir(), newTools(t)
	d := up(t, tools.config(dir))
	require.NoError(t, d.Detach())
	ended, err := devnet.Down(dir, false, 5*time.Second)
	require.NoError(t, err)
	require.Equal(t, d.State().Processes, ended)
	requireNone(t, ended)
	require.Empty(t, recorded(t, dir))

	ended, err = devnet.Down(dir, false, 5*time.Second)
	require.NoError(t, err)
	require.Empty(t, ended)
}

func TestDownDeaf(t *testing.T) {
	tools := newTools(t)
	tools.set(t, "deaf", "")
	dir := t.TempDir()
	d := up(t, tools.config(dir))
	require.NoError(t, d.Detach())
	ended, err := devnet.Down(dir, false, 100*time.Millisecond)
	require.NoError(t, err)
	require.Len(t, ended, 2)
	requireNone(t, ended)
}

func TestDownLocked(t *testing.T) {
	dir := t.TempDir()
	d := up(t, newTools(t).config(dir))
	require.NoError(t, d.Stop())
	_, err := devnet.Down(dir, true, time.Second)
	require.ErrorIs(t, err, devnet.ErrRunning)
}

func TestDownNone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nothing")
	_, err := devnet.Down(dir, true, time.Second)
	require.ErrorIs(t, err, devnet.ErrNone)
	_, err = os.Stat(dir)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestDownOthers records a process that is not the one that was started: it must survive.
func TestDownOthers(t *testing.T) {
	tools, dir := newTools(t), t.TempDir()
	other := exec.Command(filepath.Join(tools.dir, "faucet"), "127.0.0.1:0")
	require.NoError(t, other.Start())
	t.Cleanup(func() {
		require.NoError(t, other.Process.Kill())
		require.Error(t, other.Wait())
	})
	started, err := devnet.StartOf(other.Process.Pid)
	require.NoError(t, err)
	innocent := devnet.Process{Name: "node0", PID: other.Process.Pid, Started: "another boot/1"}
	require.NoError(t, devnet.Write(devnet.State{Processes: []devnet.Process{innocent}}, dir))
	ended, err := devnet.Down(dir, false, time.Second)
	require.NoError(t, err)
	require.Empty(t, ended)
	again, err := devnet.StartOf(other.Process.Pid)
	require.NoError(t, err)
	require.Equal(t, started, again)
}

func TestPurge(t *testing.T) {
	t.Run("ok: all of it", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "net")
		d := up(t, newTools(t).config(dir))
		require.NoError(t, d.Detach())
		_, err := devnet.Down(dir, true, 5*time.Second)
		require.NoError(t, err)
		_, err = os.Stat(dir)
		require.ErrorIs(t, err, os.ErrNotExist)
		require.NoError(t, os.MkdirAll(dir, 0o700)) // for the clean-up, which writes the state
	})
	t.Run("ok: never what others put there, or names outside", func(t *testing.T) {
		parent := t.TempDir()
		dir := filepath.Join(parent, "net")
		for _, path := range []string{filepath.Join(dir, "letter"), filepath.Join(dir, "founder", "key"), filepath.Join(parent, "outside")} {
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
			require.NoError(t, os.WriteFile(path, nil, 0o600))
		}
		homes := []devnet.Key{{Home: filepath.Join(dir, "founder")}, {Home: dir + "/.."}, {Home: dir + "/."}, {Home: filepath.Join(parent, "outside")}, {Home: ""}}
		require.NoError(t, devnet.Write(devnet.State{Keys: homes}, dir))
		_, err := devnet.Down(dir, true, time.Second)
		require.NoError(t, err)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, entries, 1)
		require.Equal(t, "letter", entries[0].Name())
		_, err = os.Stat(filepath.Join(parent, "outside"))
		require.NoError(t, err)
	})
}

func TestConfigValidate(t *testing.T) {
	for name, change := range map[string]func(*devnet.Config){
		"fails: no directory":   func(c *devnet.Config) { c.Dir = "" },
		"fails: no meshd":       func(c *devnet.Config) { c.Meshd = "" },
		"fails: no chain id":    func(c *devnet.Config) { c.ChainID = "" },
		"fails: no accounts":    func(c *devnet.Config) { c.Prepare = nil },
		"fails: no faucet":      func(c *devnet.Config) { c.FaucetCommand = nil },
		"fails: minus one":      func(c *devnet.Config) { c.Validators = -1 },
		"fails: too many":       func(c *devnet.Config) { c.Validators = 21 },
		"fails: no deadline":    func(c *devnet.Config) { c.Ready = 0 },
		"fails: no time to end": func(c *devnet.Config) { c.Grace = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := newTools(t).config(t.TempDir())
			require.NoError(t, cfg.Validate())
			change(&cfg)
			require.ErrorIs(t, cfg.Validate(), devnet.ErrInvalid)
			_, err := devnet.Up(t.Context(), cfg)
			require.ErrorIs(t, err, devnet.ErrInvalid)
		})
	}
}
