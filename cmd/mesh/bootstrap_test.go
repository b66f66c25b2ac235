package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

func TestCheckPublisher(t *testing.T) {
	n := chain.Network{Id: "net_1a2b3c4d", Founder: "mesh1f"}
	bonded := work.Member{Owner: "mesh1a", Operator: "mesh1b", Weight: proof.U64(1)}
	without := work.Member{Owner: "mesh1c", Operator: "mesh1d"}
	for _, tc := range []struct {
		own     work.Member
		address string
		may     bool
	}{
		{bonded, "mesh1f", true}, {bonded, "mesh1a", true}, {bonded, "mesh1b", true}, {bonded, "mesh1c", false}, {bonded, "mesh1x", false},
		{without, "mesh1f", true}, {without, "mesh1c", false}, {without, "mesh1d", false},
		{work.Member{}, "mesh1f", true}, {work.Member{}, "mesh1e", false}, {work.Member{}, "mesh1g", false}, // of another home, or of none
	} {
		err := checkPublisher(n, tc.own, chain.Key{Name: "k", Address: tc.address})
		require.Equal(t, tc.may, err == nil, tc.address)
		if tc.may {
			continue
		}
		var f *failure
		require.ErrorAs(t, err, &f)
		require.Equal(t, "not_a_publisher", f.Code)
		require.Contains(t, f.Next, "--unpublished")
	}
}
