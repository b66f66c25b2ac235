package seeded

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Seed returns MESH_SEED, or 1, and prints it.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := environment(t, "MESH_SEED", 64, 1)
	t.Logf("seed=%d", seed)
	return seed
}

// Source returns random numbers of the seed, which it prints. Every source starts anew: two of them give the same numbers.
func Source(t testing.TB) *rand.Rand {
	t.Helper()
	return rand.New(rand.NewPCG(Seed(t), 0))
}

// environment returns a number of that many bits from a variable of the environment, or what holds without it.
func environment(t testing.TB, name string, bits int, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, bits)
	if err != nil {
		t.Fatalf("%s is to be a number from 0 to 2^%d - 1: %v", name, bits, err)
	}
	return n
}

// Operations returns MESH_OPERATIONS, or how many operations a simulation has by itself.
func Operations(t testing.TB, usual int) int {
	t.Helper()
	return int(environment(t, "MESH_OPERATIONS", 31, uint64(usual)))
}
