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
	host := [32]byte{7}
	members := []work.Member{
		{Owner: "mesh1a", Operator: "mesh1b", PeerKey: host, Weight: proof.U64(1)},
		{Owner: "mesh1c", Operator: "mesh1d", PeerKey: host},                              // not bonded
		{Owner: "mesh1e", Operator: "mesh1g", PeerKey: [32]byte{8}, Weight: proof.U64(1)}, // of another home
	}
	for address, may := range map[string]bool{"mesh1f": true, "mesh1a": true, "mesh1b": true, "mesh1c": false, "mesh1d": false, "mesh1e": false, "mesh1g": false, "mesh1x": false} {
		err := checkPublisher(n, members, chain.Key{Name: "k", Address: address}, host)
		require.Equal(t, may, err == nil, address)
		if may {
			continue
		}
		var f *failure
		require.ErrorAs(t, err, &f)
		require.Equal(t, "not_a_publisher", f.Code)
		require.Contains(t, f.Next, "--unpublished")
	}
}
