package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
)

func TestCheckPublisher(t *testing.T) {
	n := chain.Network{Id: "net_1a2b3c4d", Founder: "mesh1f"}
	members := []work.Member{{Owner: "mesh1a", Operator: "mesh1b"}, {Owner: "mesh1c", Operator: "mesh1d", Status: work.MemberLeft}}
	for address, may := range map[string]bool{"mesh1f": true, "mesh1a": true, "mesh1b": true, "mesh1c": false, "mesh1d": false, "mesh1x": false} {
		err := checkPublisher(n, members, chain.Key{Name: "k", Address: address})
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
