package proof_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
)

// TestCommitment: whatever differs in a result, its node, where it counts or its salt, makes another commitment.
func TestCommitment(t *testing.T) {
	domain := proof.Domain{ChainID: "mesh-test-1", Network: "net_00000001"}
	result := proof.Result{Task: 7, Node: 3, Digest: [32]byte{1, 2}}
	salt := [proof.SaltSize]byte{9}
	base, err := result.Commitment(domain, salt)
	require.NoError(t, err)
	golden(t, "commitment", base[:])
	seen := map[[32]byte]string{base: "as it is"}
	for name, change := range map[string]func(*proof.Result, *proof.Domain, *[proof.SaltSize]byte){
		"task":        func(r *proof.Result, _ *proof.Domain, _ *[proof.SaltSize]byte) { r.Task++ },
		"node":        func(r *proof.Result, _ *proof.Domain, _ *[proof.SaltSize]byte) { r.Node++ },
		"digest":      func(r *proof.Result, _ *proof.Domain, _ *[proof.SaltSize]byte) { r.Digest[31]++ },
		"unavailable": func(r *proof.Result, _ *proof.Domain, _ *[proof.SaltSize]byte) { r.Unavailable = true },
		"chain":       func(_ *proof.Result, d *proof.Domain, _ *[proof.SaltSize]byte) { d.ChainID = "mesh-test-2" },
		"network":     func(_ *proof.Result, d *proof.Domain, _ *[proof.SaltSize]byte) { d.Network = "net_00000002" },
		"salt":        func(_ *proof.Result, _ *proof.Domain, s *[proof.SaltSize]byte) { s[31]++ },
	} {
		r, d, s := result, domain, salt
		change(&r, &d, &s)
		got, err := r.Commitment(d, s)
		require.NoError(t, err)
		require.Empty(t, seen[got], "%s makes no other commitment", name)
		seen[got] = name
	}
	_, err = result.Commitment(proof.Domain{}, salt)
	require.ErrorIs(t, err, proof.ErrDomain)
}
