package chain

import (
	"fmt"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"google.golang.org/protobuf/proto"

	bankv1beta1 "cosmossdk.io/api/cosmos/bank/v1beta1"
	basev1beta1 "cosmossdk.io/api/cosmos/base/v1beta1"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
)

// Msg is one thing a transaction does, and what the signer pays for it besides the fee.
type Msg struct {
	packed *codectypes.Any
	spends []Coin
}

// Send moves coins from one account to another. The error wraps ErrInvalid.
func Send(from, to string, coins ...Coin) (Msg, error) {
	for _, address := range []string{from, to} {
		if err := CheckAddress(address); err != nil {
			return Msg{}, err
		}
	}
	send := &bankv1beta1.MsgSend{FromAddress: from, ToAddress: to}
	for _, c := range coins {
		if err := c.Validate(); err != nil || !c.Amount.IsPositive() {
			return Msg{}, fmt.Errorf("%w: %s%s is not an amount that can be sent", ErrInvalid, c.Amount, c.Denom)
		}
		send.Amount = append(send.Amount, &basev1beta1.Coin{Denom: c.Denom, Amount: c.Amount.String()})
	}
	packed, err := packV2("/cosmos.bank.v1beta1.MsgSend", send)
	return Msg{packed: packed, spends: coins}, err
}

// CreateNetwork makes the network that n asks for, whose founder signs, for the fee of the chain's rules.
func CreateNetwork(n *NewNetwork, rules NetworkRules) (Msg, error) {
	return pack(n, rules.CreateFee)
}

// pack packs a message of ours; spends is what the signer pays for it.
func pack(m gogoproto.Message, spends ...Coin) (Msg, error) {
	packed, err := codectypes.NewAnyWithValue(m)
	if err != nil {
		return Msg{}, fmt.Errorf("pack the message: %w", err)
	}
	return Msg{packed: packed, spends: spends}, nil
}

// packV2 packs a message of cosmossdk.io/api, which the SDK's own packing does not take.
func packV2(url string, m proto.Message) (*codectypes.Any, error) {
	value, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("pack %s: %w", url, err)
	}
	return &codectypes.Any{TypeUrl: url, Value: value}, nil
}
