package journal_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// victimDir and victimRound, in the environment, make the test binary a process that works on a journal
// until it is killed.
const (
	victimDir   = "MESH_JOURNAL_VICTIM_DIR"
	victimRound = "MESH_JOURNAL_VICTIM_ROUND"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		victim(dir, os.Getenv(victimRound))
	}
	os.Exit(m.Run())
}

// killConfig has segments small enough that a victim rolls and compacts many.
func killConfig(dir string) journal.Config {
	cfg := journal.DefaultConfig(dir)
	cfg.SegmentBytes = 16 << 10
	return cfg
}

// victim works from several goroutines and says on standard output what was acknowledged, one line at a
// time, each after the fact. It never returns.
func victim(dir, round string) {
	j, err := journal.Open(killConfig(dir))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	say := func(format string, args ...any) { // one write call a line
		if _, err := fmt.Fprintf(os.Stdout, format+"\n", args...); err != nil {
			panic(err)
		}
	}
	try := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	for worker := range 8 {
		go func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("%s/%d/%06d", round, worker, i)
				seq, err := j.Append(ctx, receipt, []byte(name))
				try(err)
				say("receipt %s %d", name, seq)
				try(j.Put(ctx, intent(name)))
				say("put %s", name)
				if i%2 == 0 {
					try(j.Done(ctx, name, outcomeOf(name)))
					say("done %s", name)
				}
			}
		}()
	}
	for {
		_, err := j.Compact(ctx, keepAll)
		try(err)
		say("compacted")
	}
}

// acknowledged is what victims have said, all rounds together.
type acknowledged struct {
	receipts  map[string]string // name to seq
	put, done map[string]bool
}

// killAfter runs a victim on dir, kills it after it has said so many lines, and notes all it has said.
func (a *acknowledged) killAfter(t *testing.T, dir string, round, lines int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimDir+"="+dir, fmt.Sprintf("%s=%d", victimRound, round))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	scanner := bufio.NewScanner(out)
	n := 0
	for scanner.Scan() {
		words := strings.Fields(scanner.Text())
		switch words[0] {
		case "receipt":
			a.receipts[words[1]] = words[2]
		case "put":
			a.put[words[1]] = true
		case "done":
			a.done[words[1]] = true
		}
		if n++; n == lines {
			var locked *journal.LockedError
			_, err := journal.Open(killConfig(dir))
			require.ErrorAs(t, err, &locked)
			require.Equal(t, cmd.Process.Pid, locked.PID)
			require.NoError(t, cmd.Process.Kill()) // SIGKILL
		}
	}
	require.NoError(t, scanner.Err())
	require.GreaterOrEqual(t, n, lines, "the victim died by itself")
	require.EqualError(t, cmd.Wait(), "signal: killed")
}

// check requires that a journal holds all that was acknowledged, once, and every worker's receipts in order
// without gaps.
func (a *acknowledged) check(t *testing.T, dir string) {
	t.Helper()
	j, err := journal.Open(killConfig(dir))
	require.NoError(t, err)
	defer func() { require.NoError(t, j.Close()) }()
	found := map[string]string{}
	expected := map[string]int{} // by worker
	require.NoError(t, j.Read(1, func(r journal.Record) error {
		name := string(r.Payload)
		at := strings.LastIndex(name, "/")
		require.Equal(t, fmt.Sprintf("%06d", expected[name[:at]]), name[at+1:])
		expected[name[:at]]++
		found[name] = fmt.Sprint(r.Seq)
		return nil
	}))
	for name, seq := range a.receipts {
		require.Equal(t, seq, found[name], name)
	}
	due := map[string]bool{}
	for _, in := range j.Due(time.Now(), 1<<20) {
		require.False(t, due[in.Key])
		due[in.Key] = true
	}
	for name := range a.put {
		if a.done[name] {
			require.False(t, due[name], "%s would be posted twice", name)
		}
		if !due[name] {
			var done *journal.AlreadyDoneError
			require.ErrorAs(t, j.Put(t.Context(), intent(name)), &done, "%s is lost", name)
			require.Equal(t, outcomeOf(name), done.Outcome)
		}
	}
}

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	rng := seeded.Source(t)
	dir := t.TempDir()
	a := acknowledged{receipts: map[string]string{}, put: map[string]bool{}, done: map[string]bool{}}
	for round := range 20 {
		lines := 1 + rng.IntN(3000)
		t.Logf("round %d: killed after %d lines", round, lines)
		a.killAfter(t, dir, round, lines)
		a.check(t, dir)
	}
}
