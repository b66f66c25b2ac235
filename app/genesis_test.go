package app_test

import (
	"encoding/json"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/mesh-protocol/mesh/app"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

func TestDefaultGenesis(t *testing.T) {
	c := open(t, dbm.NewMemDB(), options(t.TempDir()))
	g := c.DefaultGenesis()
	require.NoError(t, c.Basics().ValidateGenesis(c.AppCodec(), c.TxConfig(), g))
	var bank banktypes.GenesisState
	c.AppCodec().MustUnmarshalJSON(g[banktypes.ModuleName], &bank)
	mesh := banktypes.Metadata{
		Description: "Stakes the validators of Mesh and pays for transactions.",
		DenomUnits:  []*banktypes.DenomUnit{{Denom: "umesh"}, {Denom: "mesh", Exponent: 6}},
		Base:        "umesh", Display: "mesh", Name: "Mesh", Symbol: "MESH",
	}
	require.Len(t, bank.DenomMetadata, 1)
	require.Equal(t, mesh.String(), bank.DenomMetadata[0].String())
	require.NoError(t, mesh.Validate())
}

// TestBlocksHaveLimits: without one, a block may run for ever.
func TestBlocksHaveLimits(t *testing.T) {
	p := app.ConsensusParams()
	require.NoError(t, p.ValidateBasic())
	require.Equal(t, int64(4_194_304), p.Block.MaxBytes)
	require.Equal(t, int64(120_000_000), p.Block.MaxGas)
	c := newChain(t)
	c.block()
	require.Equal(t, p.ToProto(), c.GetConsensusParams(c.NewContext(true)))
}

// TestBadGenesisStartsNoChain: what the commands would refuse does not start a chain either.
func TestBadGenesisStartsNoChain(t *testing.T) {
	for _, c := range []struct {
		name, state, want string
	}{
		{"fails: state that cannot be", `{"params":%params,"next_seq":"0"}`, "next_seq is 0, the first network has seq 1: invalid genesis"},
		{"fails: no state", `{"next_seq":"1"}`, "create_fee: invalid denom: : invalid params"},
	} {
		t.Run(c.name, func(t *testing.T) {
			chain := open(t, dbm.NewMemDB(), options(t.TempDir()))
			var g app.GenesisState
			require.NoError(t, json.Unmarshal(newGenesis(chain), &g))
			var def networktypes.GenesisState
			chain.AppCodec().MustUnmarshalJSON(g[networktypes.ModuleName], &def)
			params := chain.AppCodec().MustMarshalJSON(&def.Params)
			g[networktypes.ModuleName] = json.RawMessage(strings.Replace(c.state, "%params", string(params), 1))
			require.ErrorContains(t, chain.Basics().ValidateGenesis(chain.AppCodec(), chain.TxConfig(), g), c.want)
			bz, err := json.Marshal(g)
			require.NoError(t, err)
			require.PanicsWithError(t, c.want, func() {
				_, _ = chain.InitChain(&abci.RequestInitChain{ChainId: chainID, AppStateBytes: bz})
			})
		})
	}
}
