package app_test

import (
	"slices"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/mesh-protocol/mesh/app"
)

// TestNeverWrittenStore queries a chain on the default disk backend. Some stores of it were never
// written, and the newer goleveldb that version selection picks returns their empty roots as nil:
// then every query of every store fails, although blocks go on. The replace in go.mod prevents
// that; without it this test fails. A database in memory hides the matter.
func TestNeverWrittenStore(t *testing.T) {
	dir := t.TempDir()
	db, err := dbm.NewGoLevelDB(app.Name, dir, nil)
	require.NoError(t, err)
	c := open(t, db, options(dir))
	c.start(newGenesis(c), 1)
	c.block()
	founder := who("founder")
	c.mustDeliver(founder, newNetwork(founder, "StorageNet"))
	for range 2 {
		c.block()
	}
	require.Subset(t, emptyStores(c), []string{authz.ModuleName, feegrant.ModuleName, evidencetypes.ModuleName})
	answersEverywhere(t, c)
	hash := c.LastCommitID()
	require.NoError(t, c.Close())

	db, err = dbm.NewGoLevelDB(app.Name, dir, nil)
	require.NoError(t, err)
	again := open(t, db, options(dir))
	require.Equal(t, hash, again.LastCommitID())
	require.Equal(t, int64(4), again.LastBlockHeight())
	answersEverywhere(t, again)
	again.time = c.time
	again.block()
	answersEverywhere(t, again)
	require.NoError(t, again.Close())
}

// emptyStores returns the stores nothing was ever written to.
func emptyStores(c *chain) []string {
	var empty []string
	for _, name := range c.KVStores() {
		it := c.NewContext(true).KVStore(c.KVStoreKey(name)).Iterator(nil, nil)
		if !it.Valid() {
			empty = append(empty, name)
		}
		it.Close()
	}
	return empty
}

// answersEverywhere asks every store for a key, with its proof where there can be one, and modules
// with full and with empty stores over gRPC, now and in the past.
func answersEverywhere(t *testing.T, c *chain) {
	t.Helper()
	empty := emptyStores(c)
	require.NotEmpty(t, empty)
	for _, name := range c.KVStores() {
		rsp, err := c.Query(t.Context(), &abci.RequestQuery{
			Path: "/store/" + name + "/key", Data: []byte("nothing"), Prove: !slices.Contains(empty, name),
		})
		require.NoError(t, err)
		require.True(t, rsp.IsOK(), "%s: %s", name, rsp.Log)
	}
	for _, height := range []int64{0, 2, c.LastBlockHeight()} {
		for _, q := range []struct {
			path     string
			req, res message
		}{
			{"/cosmos.bank.v1beta1.Query/TotalSupply", &banktypes.QueryTotalSupplyRequest{}, &banktypes.QueryTotalSupplyResponse{}},
			{"/cosmos.authz.v1beta1.Query/GranterGrants", &authz.QueryGranterGrantsRequest{Granter: who("founder").text()}, &authz.QueryGranterGrantsResponse{}},
			{"/cosmos.evidence.v1beta1.Query/AllEvidence", &evidencetypes.QueryAllEvidenceRequest{}, &evidencetypes.QueryAllEvidenceResponse{}},
			{"/cosmos.feegrant.v1beta1.Query/Allowances", &feegrant.QueryAllowancesRequest{Grantee: who("founder").text()}, &feegrant.QueryAllowancesResponse{}},
		} {
			rsp := c.ask(q.path, height, q.req, q.res)
			require.True(t, rsp.IsOK(), "%s at %d: %s", q.path, height, rsp.Log)
		}
	}
}
