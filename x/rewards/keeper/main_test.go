package keeper_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// TestMain gives rapid the seed of MESH_SEED, or 1; rapid takes 0 for a random one.
func TestMain(m *testing.M) {
	flag.Parse()
	seed, err := uint64(1), error(nil)
	if s, ok := os.LookupEnv("MESH_SEED"); ok {
		seed, err = strconv.ParseUint(s, 10, 64)
	}
	if err == nil {
		err = errors.Join(flag.Set("rapid.seed", strconv.FormatUint(max(seed, 1), 10)), flag.Set("rapid.nofailfile", "true"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "set seed:", err)
		os.Exit(2)
	}
	os.Exit(m.Run())
}
