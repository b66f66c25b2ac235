package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// A node that is registered takes nothing from the flags of its registration, and says so.
func TestLeftOut(t *testing.T) {
	m := work.Member{Number: 3, Network: "net_1a2b3c4d", OwnBond: proof.U64(100), Offer: work.Offer{Region: "eu", StorageBytes: 950, CommissionBps: 500}}
	same := joinRequest{bond: chain.Coin{Amount: chain.IntOf(proof.U64(100))}, offer: m.Offer}
	with := func(change func(*joinRequest), given ...string) []string {
		r := same
		r.flags.given = given
		change(&r)
		return leftOut(m, r)
	}
	nothing := func(*joinRequest) {}
	require.Empty(t, with(nothing))
	require.Empty(t, with(nothing, "bond", "commission", "region", "storage", "listen"), "it is so already")
	require.Empty(t, with(func(r *joinRequest) { r.offer.Region, r.offer.CommissionBps = "", 0 }), "nobody asked for it")

	said := with(func(r *joinRequest) { r.bond.Amount = r.bond.Amount.AddRaw(1) }, "bond")
	require.Equal(t, []string{"Node 3 is registered, where --bond changes nothing on chain: it counts at registration only. Instead: mesh bond 3 AMOUNT adds to the bond."}, said)
	said = with(func(r *joinRequest) { r.offer.Region, r.offer.CommissionBps = "us", 1 }, "region", "commission", "daily-fees")
	require.Len(t, said, 1)
	require.Contains(t, said[0], "--commission, --region, --daily-fees")
	require.Contains(t, said[0], "Instead: meshd tx network update-node net_1a2b3c4d 3 changes the offer; meshd tx feegrant")
	said = with(func(r *joinRequest) { r.offer.StorageBytes = 951 }, "storage")
	require.Len(t, said, 1, "more room than promised is no danger")
	said = with(func(r *joinRequest) { r.offer.StorageBytes, r.flags.storage = 949, "999B" })
	require.Len(t, said, 1, "the default can be too little too")
	require.Contains(t, said[0], "Warning: with --storage 999B")
}

func TestOfferThatNoChainTakes(t *testing.T) {
	for name, f := range map[string]joinFlags{
		"fails: region":     {storage: "10GB", commission: "0", region: "EU!"},
		"fails: commission": {storage: "10GB", commission: "51"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.read(settings{From: "owner"}, chain.Network{})
			var refused *failure
			require.ErrorAs(t, err, &refused)
			require.Equal(t, "usage", refused.Code)
		})
	}
}
