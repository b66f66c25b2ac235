package piece_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// victimDir, in the environment, makes the test binary a process that works on a store until it is killed.
const (
	victimDir      = "MESH_PIECE_VICTIM_DIR"
	victimRound    = "MESH_PIECE_VICTIM_ROUND"
	victimBuffered = "MESH_PIECE_VICTIM_BUFFERED"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		victim(dir)
	}
	os.Exit(m.Run())
}

func killConfig(dir string, buffered bool) piece.Config {
	cfg := small(dir)
	cfg.Quota = 1 << 30
	cfg.Buffered = buffered
	return cfg
}

// victim puts, drops and compacts from several goroutines. It says on standard output what it has put, after the fact,
// and what it is about to drop, before. It never returns.
func victim(dir string) {
	try := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	s, err := piece.Open(killConfig(dir, os.Getenv(victimBuffered) != ""))
	try(err)
	round, err := strconv.ParseUint(os.Getenv(victimRound), 10, 64)
	try(err)
	say := func(format string, args ...any) { // one write call a line
		_, err := fmt.Fprintf(os.Stdout, format+"\n", args...)
		try(err)
	}
	ctx := context.Background()
	for worker := range uint64(4) {
		go func() {
			rng := rand.New(rand.NewPCG(round, worker))
			var mine []uint64
			for i := uint64(0); ; i++ {
				number := round<<40 | worker<<32 | i
				b := content(number, victimLength(number))
				w, err := s.Put(ctx, worker, rootOf(b), uint64(len(b)))
				try(err)
				_, err = w.Write(b)
				try(err)
				if rng.IntN(8) == 0 {
					w.Abort()
					continue
				}
				try(w.Commit())
				say("put %d", number)
				mine = append(mine, number)
				if len(mine) > 10 && rng.IntN(2) == 0 {
					n := rng.IntN(len(mine))
					gone := mine[n]
					mine = append(mine[:n], mine[n+1:]...)
					say("drop %d", gone)
					try(s.Drop(worker, rootOf(content(gone, victimLength(gone)))))
				}
			}
		}()
	}
	go func() { try(s.Run(ctx)) }() // compacts
	select {}
}

// victimLength spreads the lengths of pieces from 1 byte to 300 kB.
func victimLength(number uint64) int {
	return 1 + int(rand.New(rand.NewPCG(number, 2)).Uint64N(1+300_000>>(number%4*4)))
}

// spoken is what victims have said: false for a piece that may be gone.
type spoken map[uint64]bool

// killAfter runs a victim, kills it after so many lines, and notes all it has said.
func (sp spoken) killAfter(t *testing.T, cfg piece.Config, round, lines int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimDir+"="+cfg.Dir, fmt.Sprintf("%s=%d", victimRound, round))
	if cfg.Buffered {
		cmd.Env = append(cmd.Env, victimBuffered+"=1")
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	scanner := bufio.NewScanner(out)
	n := 0
	for scanner.Scan() {
		words := strings.Fields(scanner.Text())
		number, err := strconv.ParseUint(words[1], 10, 64)
		require.NoError(t, err)
		sp[number] = words[0] == "put"
		if n++; n == lines {
			_, err := piece.Open(cfg)
			var locked *piece.LockedError
			require.ErrorAs(t, err, &locked)
			require.Equal(t, cmd.Process.Pid, locked.PID)
			require.NoError(t, cmd.Process.Kill()) // SIGKILL
		}
	}
	require.NoError(t, scanner.Err())
	require.GreaterOrEqual(t, n, lines, "the victim died by itself")
	require.EqualError(t, cmd.Wait(), "signal: killed")
}

// check requires that all that was acknowledged is there, that everything there is whole, and that nothing else takes room.
func (sp spoken) check(t *testing.T, cfg piece.Config) {
	t.Helper()
	s, err := piece.Open(cfg)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for number, kept := range sp {
		if kept {
			requirePiece(t, s, content(number, victimLength(number)))
		}
	}
	var used, pieces int64
	for worker := range uint64(4) {
		for _, root := range roots(t, s, worker) {
			b, err := read(s, root)
			require.NoError(t, err)
			require.Equal(t, root, rootOf(b))
			used += piece.RecordSize(uint64(len(b)))
			pieces++
		}
	}
	st := stat(t, s)
	require.Equal(t, used, st.Used)
	require.Equal(t, pieces, st.Pieces)
	require.Zero(t, st.Damaged)
}

func TestKilledProcessLosesNothing(t *testing.T) {
	rng := seeded.Source(t)
	modes(t, func(t *testing.T, cfg piece.Config) {
		t.Helper()
		cfg = killConfig(cfg.Dir, cfg.Buffered)
		sp := spoken{}
		for round := range 5 {
			lines := 1 + rng.IntN(150)
			t.Logf("round %d: killed after %d lines", round, lines)
			sp.killAfter(t, cfg, round, lines)
			sp.check(t, cfg)
		}
	})
}
