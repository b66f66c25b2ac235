package outbox_test

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// TestMain prints the seed of the random tests, which MESH_SEED sets, and gives it to rapid.
func TestMain(m *testing.M) {
	// Every step is synced to disk: few worlds by default, more by the flag.
	if err := flag.Set("rapid.checks", "12"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	flag.Parse()
	seed := uint64(1)
	if s := os.Getenv("MESH_SEED"); s != "" {
		v, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			fmt.Fprintln(os.Stderr, "MESH_SEED is not a number:", err)
			os.Exit(1)
		}
		seed = v
	}
	fmt.Printf("seed=%d\n", seed)
	if err := flag.Set("rapid.seed", strconv.FormatUint(max(seed, 1), 10)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
