package app_test

import (
	"encoding/json"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/mesh-protocol/mesh/app"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// busyChain is a chain whose modules have something to export: networks, their tokens, nodes with
// bonds on their way in and out, an open epoch, a deal, reveals of the beacon.
func busyChain(t *testing.T) *chain {
	t.Helper()
	c := newChain(t, withHashChain(), change(networktypes.ModuleName, func(s *networktypes.GenesisState) { s.Params = networktypes.DevnetParams() }))
	founder, net := who("founder"), storageNet().Network
	c.block(reveal(t, 0))
	c.mustDeliver(founder, newNetwork(founder, "StorageNet"))
	for _, name := range memberNames() {
		c.mustDeliver(who(name), newNetwork(who(name), "Net of "+name))
	}
	c.mustDeliver(founder, newNode("first"), newNode("second"), newBootstrap("first", 1_000),
		&networktypes.MsgBond{Giver: founder.text(), Network: net, Node: 1, Amount: math.NewInt(300_000_000)},
		&networktypes.MsgUnbond{Giver: founder.text(), Network: net, Node: 1, Amount: math.NewInt(1_000_000)},
		&networktypes.MsgLeave{Owner: founder.text(), Network: net, Node: 2},
		&networktypes.MsgUpdateNetwork{Founder: founder.text(), Network: net, Changes: []networktypes.TermChange{
			{Name: "storage.reserve_bps", Value: math.NewInt(510)},
		}},
	)
	c.block(reveal(t, 1))
	for range 20 {
		c.block() // the epochs of a devnet have 20 blocks
	}
	c.mustDeliver(founder, &tasktypes.MsgOpenDeal{
		Client: founder.text(), Network: net, Profile: tasktypes.Profile{K: 1, N: 2}, Space: 1 << 30, Epochs: 5, MaxRate: math.NewInt(1_000_000_000),
	})
	return c
}

func (c *chain) export() servertypes.ExportedApp {
	c.t.Helper()
	exported, err := c.Export(false, nil)
	require.NoError(c.t, err)
	return exported
}

// TestExportContinues: a chain that starts from an export and the chain it came from stay the same
// chain: after the same next blocks, both export the same bytes.
func TestExportContinues(t *testing.T) {
	old := busyChain(t)
	exported := old.export()
	require.Equal(t, old.LastBlockHeight()+1, exported.Height)
	require.Equal(t, app.ConsensusParams().ToProto(), exported.ConsensusParams)
	require.Len(t, exported.Validators, 1)

	heir := open(t, dbm.NewMemDB(), options(t.TempDir()))
	heir.time = old.time
	heir.start(exported.AppState, exported.Height)
	heir.blockAt(exported.Height)
	old.block()
	requireSameExport(t, old, heir)
	for k, c := range []*chain{old, heir} {
		res := c.mustDeliver(who("client"), newNetwork(who("client"), "After"))
		require.NotEmpty(t, res.Data, k)
		c.block(reveal(t, 2))
	}
	requireSameExport(t, old, heir)
}

// requireSameExport compares what two chains export, module by module to name the one that differs.
func requireSameExport(t *testing.T, a, b *chain) {
	t.Helper()
	x, y := a.export(), b.export()
	var left, right app.GenesisState
	require.NoError(t, json.Unmarshal(x.AppState, &left))
	require.NoError(t, json.Unmarshal(y.AppState, &right))
	for _, name := range a.Modules().OrderExportGenesis {
		require.Equal(t, string(left[name]), string(right[name]), name)
	}
	require.Equal(t, x, y)
}

// TestExportOfSomeModules exports what it is asked for only.
func TestExportOfSomeModules(t *testing.T) {
	exported, err := busyChain(t).Export(false, []string{"network"})
	require.NoError(t, err)
	var g app.GenesisState
	require.NoError(t, json.Unmarshal(exported.AppState, &g))
	require.Len(t, g, 1)
	require.Contains(t, g, "network")
}

func TestExportForZeroHeightIsRefused(t *testing.T) {
	c := newChain(t)
	c.block()
	exported, err := c.Export(true, nil)
	require.ErrorIs(t, err, app.ErrForZeroHeight)
	require.Equal(t, servertypes.ExportedApp{}, exported)
}
