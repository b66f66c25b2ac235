package seeded_test

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/seeded"
)

// tester notes what a test says, and stops it where it fails.
type tester struct {
	testing.TB
	said []string
}

func (*tester) Helper() {}

func (t *tester) Logf(format string, args ...any) {
	t.said = append(t.said, fmt.Sprintf(format, args...))
}

func (t *tester) Fatalf(format string, args ...any) {
	t.said = append(t.said, "fails: "+fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// run runs a test to its end and returns what it said.
func run(t *testing.T, test func(*tester)) []string {
	t.Helper()
	inner := &tester{TB: t}
	var running sync.WaitGroup
	running.Go(func() { test(inner) })
	running.Wait()
	return inner.said
}

func TestSeed(t *testing.T) {
	for _, c := range []struct {
		name, set string
		want      uint64
		said      string
	}{
		{"ok: 1 without", "", 1, "seed=1"},
		{"ok: as it is set", "7", 7, "seed=7"},
		{"ok: none", "0", 0, "seed=0"},
		{"ok: the largest", "18446744073709551615", 1<<64 - 1, "seed=18446744073709551615"},
		{"fails: too large", "18446744073709551616", 0,
			`fails: MESH_SEED is to be a number from 0 to 2^64 - 1: strconv.ParseUint: parsing "18446744073709551616": value out of range`},
		{"fails: below 0", "-1", 0, `fails: MESH_SEED is to be a number from 0 to 2^64 - 1: strconv.ParseUint: parsing "-1": invalid syntax`},
		{"fails: no number", "one", 0, `fails: MESH_SEED is to be a number from 0 to 2^64 - 1: strconv.ParseUint: parsing "one": invalid syntax`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("MESH_SEED", c.set)
			var got uint64
			require.Equal(t, []string{c.said}, run(t, func(inner *tester) { got = seeded.Seed(inner) }))
			require.Equal(t, c.want, got)
		})
	}
}

// A source is the same for the same seed, on every machine and from its start.
func TestSource(t *testing.T) {
	for _, c := range []struct {
		name, seed string
		want       [3]uint64
	}{
		{"ok: a seed", "1", [3]uint64{0x9927a129abed2903, 0x16d0078c4a605356, 0xb7219997bcc14af2}},
		{"ok: another", "2", [3]uint64{0xae7a769ad189c26f, 0xd810a0376b22ae4e, 0x65e71e0efa533b2a}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("MESH_SEED", c.seed)
			var got [2][3]uint64
			said := run(t, func(inner *tester) {
				for i := range got {
					source := seeded.Source(inner)
					got[i] = [3]uint64{source.Uint64(), source.Uint64(), source.Uint64()}
				}
			})
			require.Equal(t, [2][3]uint64{c.want, c.want}, got)
			require.Equal(t, []string{"seed=" + c.seed, "seed=" + c.seed}, said)
		})
	}
}
