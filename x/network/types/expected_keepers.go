package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BankKeeper moves and counts money. Every method but GetBalance and GetSupply returns an error
// and changes nothing where the money is not there.
type BankKeeper interface {
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	GetSupply(ctx context.Context, denom string) sdk.Coin
	SendCoinsFromAccountToModule(ctx context.Context, sender sdk.AccAddress, module string, amt sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, recipient sdk.AccAddress, amt sdk.Coins) error
	SendCoinsFromModuleToModule(ctx context.Context, sender, recipient string, amt sdk.Coins) error
}

// TokenKeeper makes and destroys money and tells wallets how to show it.
type TokenKeeper interface {
	MintCoins(ctx context.Context, module string, amt sdk.Coins) error
	BurnCoins(ctx context.Context, module string, amt sdk.Coins) error
	// SetTokenMetadata records base and display denomination (10^6 base units), name and symbol.
	SetTokenMetadata(ctx context.Context, base, display, name, symbol string)
}

// BeaconKeeper is x/beacon as x/network sees it.
type BeaconKeeper interface {
	// GenesisChainID returns what signed off-chain bytes are bound to.
	GenesisChainID(ctx context.Context) (string, error)
	// Revealing returns the number of validators that have a part in seeds now.
	Revealing(ctx context.Context) (uint32, error)
}
