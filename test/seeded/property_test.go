package seeded_test

import (
	"flag"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
)

// cases returns the cases a property is checked on, with what the environment says of seed and number.
func cases(t *testing.T, seed, checks string, check func(*testing.T, func(*rapid.T))) (list []uint64) {
	t.Helper()
	t.Setenv("MESH_SEED", seed)
	t.Setenv("MESH_CHECKS", checks)
	check(t, func(t *rapid.T) { list = append(list, rapid.Uint64().Draw(t, "case")) })
	return list
}

func dozen(t *testing.T, prop func(*rapid.T)) {
	t.Helper()
	seeded.Checks(t, 12, prop)
}

func TestPropertyIsSeeded(t *testing.T) {
	first := cases(t, "", "", seeded.Property)
	require.Equal(t, first, cases(t, "1", "", seeded.Property))
	require.Equal(t, first, cases(t, "0", "", seeded.Property), "0 would be another seed every time")
	require.NotEqual(t, first, cases(t, "2", "", seeded.Property))
	require.Equal(t, "true", flag.Lookup("rapid.nofailfile").Value.String())
}

func TestChecks(t *testing.T) {
	for _, c := range []struct {
		name, set string
		check     func(*testing.T, func(*rapid.T))
		want      int
	}{
		{"ok: the usual number", "", seeded.Property, 100},
		{"ok: the property's own", "", dozen, 12},
		{"ok: more than usual", "150", seeded.Property, 150},
		{"ok: more than its own", "13", dozen, 13},
		{"ok: fewer than usual are not enough", "99", seeded.Property, 100},
		{"ok: fewer than its own are not enough", "11", dozen, 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Len(t, cases(t, "", c.set, c.check), c.want)
		})
	}
}

// Properties of parallel tests each have their own number of cases.
func TestChecksInParallel(t *testing.T) {
	t.Setenv("MESH_CHECKS", "")
	var counts [8]atomic.Int64
	t.Run("all", func(t *testing.T) {
		for i := range counts {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				seeded.Checks(t, 10*i+1, func(*rapid.T) { counts[i].Add(1) })
			})
		}
	})
	for i := range counts {
		require.EqualValues(t, 10*i+1, counts[i].Load())
	}
}

// falsified, in the environment, makes the property of TestProperty false.
const falsified = "MESH_SEEDED_FALSIFIED"

func TestProperty(t *testing.T) {
	seeded.Checks(t, 3, func(rt *rapid.T) { require.Empty(rt, os.Getenv(falsified)) })
}

// process runs TestProperty in a process of its own and returns what it prints.
func process(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append(args, "-test.v", "-test.run=^TestProperty$")...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestProcess(t *testing.T) {
	for _, c := range []struct {
		name   string
		env    []string
		args   []string
		passes bool
		prints string
	}{
		{"ok: the command line has more cases", nil, []string{"-rapid.checks=5"}, true, "passed 5 tests"},
		{"ok: the command line has fewer cases", []string{"MESH_CHECKS=9"}, []string{"-rapid.checks=2"}, true, "passed 2 tests"},
		{"ok: the environment has more cases", []string{"MESH_CHECKS=9"}, nil, true, "passed 9 tests"},
		{"fails: no number of cases", []string{"MESH_CHECKS=many"}, nil, false, "MESH_CHECKS is to be a number from 0 to 2^31 - 1"},
		{"fails: no seed", []string{"MESH_SEED=any"}, nil, false, "MESH_SEED is to be a number from 0 to 2^64 - 1"},
		{"fails: the property, with its seed", []string{falsified + "=1", "MESH_SEED=7"}, nil, false, "seed=7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := process(t, c.env, c.args...)
			require.Equal(t, c.passes, err == nil, out)
			require.Contains(t, out, c.prints)
			require.NoDirExists(t, "testdata", "rapid writes what failed")
		})
	}
}

func TestRounds(t *testing.T) {
	for set, want := range map[string]int{"": 7, "99": 7, "100": 7, "250": 14, "2000": 140} {
		t.Setenv("MESH_CHECKS", set)
		require.Equal(t, want, seeded.Rounds(t, 7), "MESH_CHECKS=%s", set)
	}
}
