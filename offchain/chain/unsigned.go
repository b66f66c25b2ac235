package chain

import (
	"fmt"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// coldGas is the gas limit of a transaction that is signed elsewhere: nobody can simulate it here without
// the account's public key.
const coldGas = 1_000_000

// Unsigned returns a transaction in the JSON that meshd tx sign and other wallets read, for a key that is not
// on this device.
func (c *Client) Unsigned(msgs ...Msg) ([]byte, error) {
	registry := codectypes.NewInterfaceRegistry()
	cryptocodec.RegisterInterfaces(registry)
	feegrant.RegisterInterfaces(registry)
	networktypes.RegisterInterfaces(registry)
	tx := &txtypes.Tx{
		Body:     &txtypes.TxBody{},
		AuthInfo: &txtypes.AuthInfo{Fee: &txtypes.Fee{Amount: sdk.Coins{c.price.fee(coldGas)}, GasLimit: coldGas}},
	}
	for _, m := range msgs {
		tx.Body.Messages = append(tx.Body.Messages, m.packed)
	}
	bz, err := codec.NewProtoCodec(registry).MarshalJSON(tx)
	if err != nil {
		return nil, fmt.Errorf("write the transaction: %w", err)
	}
	return bz, nil
}
