package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func itoa(n int) string { return strconv.Itoa(n) }

// foreground starts mesh devnet up without --detach and returns once it says what to do next.
func (m *machine) foreground(dir string) (*exec.Cmd, *output) {
	m.t.Helper()
	cmd := exec.Command(m.mesh, "devnet", "up", "--home", dir)
	said := &output{}
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = m.environment(), filepath.Dir(m.home), said, said
	m.devnets = append(m.devnets, dir)
	require.NoError(m.t, cmd.Start())
	done := make(chan struct{})
	m.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-done
	})
	go func() {
		defer close(done)
		said.exit(cmd.Wait())
	}()
	m.until("the start of the devnet", func() bool {
		if ended, err := said.ended(); ended {
			m.t.Fatalf("mesh devnet up ended: %v\n%s", err, said)
		}
		return strings.Contains(said.String(), "Next:")
	})
	return cmd, said
}

// output is what a process that runs says, and how it ended.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	over bool
	err  error
}

func (o *output) Write(bz []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(bz)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) exit(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over, o.err = true, err
}

func (o *output) ended() (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.over, o.err
}

// TestForeground ends a devnet in the foreground in three ways; none may leave a process.
func TestForeground(t *testing.T) {
	for name, end := range map[string]func(m *machine, cmd *exec.Cmd, dir string){
		"ok: SIGINT":  func(_ *machine, cmd *exec.Cmd, _ string) { require.NoError(t, cmd.Process.Signal(os.Interrupt)) },
		"ok: SIGTERM": func(_ *machine, cmd *exec.Cmd, _ string) { require.NoError(t, cmd.Process.Signal(syscall.SIGTERM)) },
		"ok: mesh devnet down": func(m *machine, _ *exec.Cmd, dir string) {
			require.Contains(t, m.ok("devnet", "down", "--home", dir), "supervisor")
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			dir := filepath.Join(filepath.Dir(m.home), "net")
			cmd, said := m.foreground(dir)
			s := m.state(dir)
			require.Len(t, s.Processes, 3)
			require.Equal(t, 7, m.run("devnet", "up", "--home", dir).code, "a second one")
			require.NoFileExists(t, filepath.Join(m.home, "config.toml"), "with --home the user's own home is left alone")
			end(m, cmd, dir)
			m.until("its end", func() bool { over, _ := said.ended(); return over })
			_, err := said.ended()
			require.NoError(t, err, said.String())
			for _, p := range s.Processes {
				require.False(t, p.runs(), "%s (process %d) still runs", p.Name, p.PID)
			}
			require.Empty(t, m.state(dir).Processes)
		})
	}
}

// TestForegroundCrash kills the validator under a devnet in the foreground: it says so and takes the rest
// down.
func TestForegroundCrash(t *testing.T) {
	m := newMachine(t)
	dir := filepath.Join(filepath.Dir(m.home), "net")
	_, said := m.foreground(dir)
	s := m.state(dir)
	require.NoError(t, syscall.Kill(s.process(t, "validator0").PID, syscall.SIGKILL))
	m.until("its end", func() bool { over, _ := said.ended(); return over })
	_, err := said.ended()
	require.EqualError(t, err, "exit status 1")
	require.Contains(t, said.String(), "validator0: process died: signal: killed")
	for _, p := range s.Processes {
		require.False(t, p.runs(), "%s (process %d) still runs", p.Name, p.PID)
	}
}

// TestFourValidators runs a chain that outlives the loss of one of its four validators.
func TestFourValidators(t *testing.T) {
	m := newMachine(t)
	dir := filepath.Join(filepath.Dir(m.home), "four")
	m.devnets = append(m.devnets, dir)
	founder := filepath.Join(dir, "founder")
	m.ok("devnet", "up", "--detach", "--validators", "4", "--home", dir)
	s := m.state(dir)
	require.Len(t, s.Processes, 5)
	var c created
	m.okJSON(&c, "--home", founder, "init", "--name", "FourNet", "--token-name", "FOUR", "--yes")
	for i := range 4 {
		node := s.process(t, "validator"+itoa(i))
		m.until(node.Name+" seeing the network", func() bool {
			return m.run("networks", c.NetworkID, "--chain-id", s.ChainID, "--node", "127.0.0.1:"+itoa(node.Ports["grpc"])).code == 0
		})
	}
	require.NoError(t, syscall.Kill(s.process(t, "validator3").PID, syscall.SIGKILL))
	before := m.height("--home", founder)
	m.until("blocks of three validators", func() bool { return m.height("--home", founder) > before+2 })
	m.ok("devnet", "up", "--detach", "--home", dir)
	for _, p := range s.Processes {
		require.False(t, p.runs(), "%s (process %d) of the first start still runs", p.Name, p.PID)
	}
	require.Len(t, m.state(dir).Processes, 5)
	require.Contains(t, m.ok("--home", founder, "networks", c.NetworkID), "FourNet")
}

// TestFaucet asks the faucet for many accounts at once.
func TestFaucet(t *testing.T) {
	m := newMachine(t)
	m.ok("devnet", "up", "--detach")
	s := m.state(filepath.Join(m.home, "devnet"))
	const accounts = 8
	for i := range accounts {
		m.ok("keys", "add", "k"+itoa(i))
	}
	var status struct {
		Keys []struct {
			Name, Address string
			Balances      []struct{ Denom, Amount string }
		}
	}
	m.okJSON(&status, "status")
	require.Len(t, status.Keys, accounts)
	failed := make(chan error, accounts)
	for _, k := range status.Keys {
		require.Empty(t, k.Balances)
		go func() {
			res, err := http.Post(s.Faucet, "application/json", strings.NewReader(`{"address":"`+k.Address+`"}`))
			if err == nil {
				defer res.Body.Close()
				var grant struct {
					Schema, Height int
					Tx, Amount     string
				}
				err = json.NewDecoder(res.Body).Decode(&grant)
				if err == nil && (res.StatusCode != 200 || grant.Schema != 1 || grant.Height == 0 || len(grant.Tx) != 64 || grant.Amount != "1000000000umesh") {
					err = &oddGrantError{res.Status}
				}
			}
			failed <- err
		}()
	}
	for range accounts {
		require.NoError(t, <-failed)
	}
	m.okJSON(&status, "status")
	for _, k := range status.Keys {
		require.Len(t, k.Balances, 1)
		require.Equal(t, "1000000000", k.Balances[0].Amount, k.Name)
	}
	m.ok("send", "k1", "1.5MESH", "--from", "k0", "--yes")
	require.Contains(t, m.ok("status"), "1,001.5 MESH")
}

// oddGrantError is an answer of the faucet that is no payment.
type oddGrantError struct{ status string }

func (e *oddGrantError) Error() string { return "the faucet answered " + e.status }
