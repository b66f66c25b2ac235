package seeded

import (
	"flag"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// usual is how many cases a property has that says nothing else; rapid's own number.
const usual = 100

// running is held by the property that runs: rapid is told seed and number by flags, which all properties of a binary share.
var running sync.Mutex

// asked is the number of cases that the command line asks for, "" if it does not. It is read before the first property sets the flag.
var asked = sync.OnceValue(func() (number string) {
	flag.Visit(func(f *flag.Flag) {
		if f.Name == "rapid.checks" {
			number = f.Value.String()
		}
	})
	return number
})

// Property checks a property on 100 random cases of the seed, which it prints: see Checks.
func Property(t *testing.T, prop func(*rapid.T)) {
	t.Helper()
	Checks(t, usual, prop)
}

// Checks checks a property on that many random cases of the seed, which it prints. There are as many as MESH_CHECKS says if that is more,
// and as many as the flag -rapid.checks says if there is one. MESH_SEED also takes the seed that rapid names when a property fails: its case
// then comes first. Properties of one test binary run one at a time, also where their tests are parallel.
func Checks(t *testing.T, cases int, prop func(*rapid.T)) {
	t.Helper()
	running.Lock()
	defer running.Unlock()
	number := asked()
	if number == "" {
		number = strconv.FormatUint(max(uint64(cases), environment(t, "MESH_CHECKS", 31, 0)), 10)
	}
	for _, f := range []struct{ name, value string }{
		{"rapid.seed", strconv.FormatUint(max(Seed(t), 1), 10)}, // 0 would have rapid choose one
		{"rapid.checks", number},
		{"rapid.nofailfile", "true"}, // the seed is enough, and a file would be run again by tests to come
	} {
		if err := flag.Set(f.name, f.value); err != nil {
			t.Fatalf("set %s: %v", f.name, err)
		}
	}
	rapid.Check(t, prop)
}

// Rounds returns how many rounds a simulation has that has so many by itself: as many times more as MESH_CHECKS asks for more cases
// than the usual 100.
func Rounds(t testing.TB, rounds int) int {
	t.Helper()
	return rounds * int(max(1, environment(t, "MESH_CHECKS", 31, 0)/usual))
}
