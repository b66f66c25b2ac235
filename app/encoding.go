package app

import (
	"fmt"
	"sync"

	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/version"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	"github.com/cosmos/cosmos-sdk/x/tx/signing"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

const (
	// Name of the daemon and of the application.
	Name = "meshd"
	// Bech32Prefix starts every account address.
	Bech32Prefix = "mesh"
	// BondDenom stakes validators and pays gas; 10^6 of it are one MESH.
	BondDenom = networktypes.FeeDenom

	valoperPrefix = Bech32Prefix + "valoper"
	valconsPrefix = Bech32Prefix + "valcons"
)

var configureOnce sync.Once

// ConfigureSDK sets the SDK's process-wide settings: address prefixes, bond denom, application
// name. It must run before anything of the SDK is made, once or more often; it is the only place
// that touches them.
func ConfigureSDK() {
	configureOnce.Do(func() {
		version.AppName = Name
		sdk.DefaultBondDenom = BondDenom
		cfg := sdk.GetConfig()
		cfg.SetBech32PrefixForAccount(Bech32Prefix, Bech32Prefix+"pub")
		cfg.SetBech32PrefixForValidator(valoperPrefix, valoperPrefix+"pub")
		cfg.SetBech32PrefixForConsensusNode(valconsPrefix, valconsPrefix+"pub")
		cfg.Seal()
	})
}

// encoding holds how the chain turns messages into bytes and back.
type encoding struct {
	registry codectypes.InterfaceRegistry
	codec    codec.Codec
	amino    *codec.LegacyAmino
	tx       client.TxConfig
}

func newEncoding() encoding {
	signers := signing.Options{
		AddressCodec:          address.NewBech32Codec(Bech32Prefix),
		ValidatorAddressCodec: address.NewBech32Codec(valoperPrefix),
	}
	signers.DefineCustomGetSigners(revealMsg, revealSigner)
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles:     proto.HybridResolver,
		SigningOptions: signers,
	})
	if err != nil {
		panic(fmt.Errorf("build the interface registry: %w", err))
	}
	e := encoding{registry: registry, codec: codec.NewProtoCodec(registry), amino: codec.NewLegacyAmino()}
	e.tx = authtx.NewTxConfig(e.codec, authtx.DefaultSignModes)
	std.RegisterLegacyAminoCodec(e.amino)
	std.RegisterInterfaces(registry)
	return e
}
