package app

import (
	"context"

	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// tokenBank is x/bank as our modules see it: their types speak plain values, so that the sidecar
// can link them without x/bank.
type tokenBank struct{ bankkeeper.BaseKeeper }

// SetTokenMetadata implements types.TokenKeeper of x/network.
func (b tokenBank) SetTokenMetadata(ctx context.Context, base, display, name, symbol string) {
	b.SetDenomMetaData(ctx, banktypes.Metadata{
		Description: "Token of a Mesh network, earned by the work of its nodes.",
		DenomUnits: []*banktypes.DenomUnit{
			{Denom: base, Exponent: 0},
			{Denom: display, Exponent: networktypes.Decimals},
		},
		Base: base, Display: display, Name: name, Symbol: symbol,
	})
}

// meshMetadata tells wallets how to show MESH.
func meshMetadata() banktypes.Metadata {
	return banktypes.Metadata{
		Description: "Stakes the validators of Mesh and pays for transactions.",
		DenomUnits: []*banktypes.DenomUnit{
			{Denom: BondDenom, Exponent: 0},
			{Denom: Bech32Prefix, Exponent: networktypes.Decimals},
		},
		Base: BondDenom, Display: Bech32Prefix, Name: "Mesh", Symbol: "MESH",
	}
}
