package rotation

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

const (
	// registerGas is the gas of a registration; it uses about a third of it.
	registerGas = 200_000
	// pageSize and maxPages bound the validators that are looked through for our own.
	pageSize = 100
	maxPages = 100
)

// LocalNode is a Node over the client of the node it runs in. It is not safe for concurrent use.
type LocalNode struct {
	client   client.Context
	gasPrice sdk.DecCoin
	// validator is the operator address of our validator, once it is known.
	validator string
}

// NewLocalNode returns the node behind a client, whose keyring may hold the validator's key.
// gasPrice is what it pays for a unit of gas.
func NewLocalNode(ctx client.Context, gasPrice sdk.DecCoin) *LocalNode {
	// Queries go to the node directly, not through its gRPC port.
	ctx.GRPCClient, ctx.GRPCConnProvider = nil, nil
	return &LocalNode{client: ctx, gasPrice: gasPrice}
}

// State implements Node.
func (n *LocalNode) State(ctx context.Context) (*State, error) {
	st, err := n.client.Client.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask the node how it is: %w", err)
	}
	if st.SyncInfo.CatchingUp || st.ValidatorInfo.VotingPower == 0 || st.ValidatorInfo.PubKey == nil {
		return nil, nil
	}
	c := n.client.WithCmdContext(ctx)
	if n.validator == "" {
		if n.validator, err = findValidator(ctx, c, st.ValidatorInfo.PubKey.Address()); err != nil || n.validator == "" {
			return nil, err
		}
	}
	q := beacontypes.NewQueryClient(c)
	r, err := q.Revealer(ctx, &beacontypes.QueryRevealerRequest{Validator: n.validator})
	if status.Code(err) == codes.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := q.Params(ctx, &beacontypes.QueryParamsRequest{})
	if err != nil {
		return nil, err
	}
	n.client = n.client.WithChainID(st.NodeInfo.Network)
	return &State{Height: st.SyncInfo.LatestBlockHeight, Delay: p.Params.RotateDelayBlocks, Revealer: r.Revealer}, nil
}

// findValidator returns the operator address of the validator with a consensus address, or "".
func findValidator(ctx context.Context, c client.Context, consensus []byte) (string, error) {
	q := stakingtypes.NewQueryClient(c)
	page := &query.PageRequest{Limit: pageSize}
	for range maxPages {
		rsp, err := q.Validators(ctx, &stakingtypes.QueryValidatorsRequest{Status: stakingtypes.BondStatusBonded, Pagination: page})
		if err != nil {
			return "", fmt.Errorf("list the validators: %w", err)
		}
		for _, v := range rsp.Validators {
			var key cryptotypes.PubKey
			if err := c.InterfaceRegistry.UnpackAny(v.ConsensusPubkey, &key); err != nil {
				return "", fmt.Errorf("decode the key of validator %s: %w", v.OperatorAddress, err)
			}
			if string(key.Address()) == string(consensus) {
				return v.OperatorAddress, nil
			}
		}
		if len(rsp.Pagination.GetNextKey()) == 0 {
			return "", nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: rsp.Pagination.NextKey}
	}
	return "", errors.New("this node's validator is not among the first 10,000")
}

// CanSign implements Node. Only a keyring that never asks for a passphrase will do: nobody is there
// to give one.
func (n *LocalNode) CanSign(validator string) error {
	_, _, err := n.key(validator)
	return err
}

// key returns the record of the validator's key and its address.
func (n *LocalNode) key(validator string) (*keyring.Record, sdk.AccAddress, error) {
	operator, err := sdk.ValAddressFromBech32(validator)
	if err != nil {
		return nil, nil, fmt.Errorf("decode the address of the validator: %w", err)
	}
	if n.client.Keyring == nil {
		return nil, nil, fmt.Errorf("%w: there is no keyring", ErrNoKey)
	}
	if b := n.client.Keyring.Backend(); b != keyring.BackendTest && b != keyring.BackendMemory {
		return nil, nil, fmt.Errorf("%w: the keyring %q may ask for a passphrase", ErrNoKey, b)
	}
	record, err := n.client.Keyring.KeyByAddress(sdk.AccAddress(operator))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNoKey, err)
	}
	if record.GetType() != keyring.TypeLocal {
		return nil, nil, fmt.Errorf("%w: %s is not a key of this device", ErrNoKey, record.Name)
	}
	return record, sdk.AccAddress(operator), nil
}

// Register implements Node. It returns when the node has taken the transaction.
func (n *LocalNode) Register(ctx context.Context, msg *beacontypes.MsgRegister) error {
	record, addr, err := n.key(msg.Validator)
	if err != nil {
		return err
	}
	c := n.client.WithCmdContext(ctx).WithFromAddress(addr)
	f, err := tx.Factory{}.
		WithTxConfig(c.TxConfig).WithKeybase(c.Keyring).WithAccountRetriever(c.AccountRetriever).
		WithChainID(c.ChainID).WithGas(registerGas).WithGasPrices(n.gasPrice.String()).Prepare(c)
	if err != nil {
		return fmt.Errorf("look up account %s: %w", addr, err)
	}
	b, err := f.BuildUnsignedTx(msg)
	if err != nil {
		return fmt.Errorf("build the transaction: %w", err)
	}
	if err := tx.Sign(ctx, f, record.Name, b, true); err != nil {
		return fmt.Errorf("sign with key %s: %w", record.Name, err)
	}
	bz, err := c.TxConfig.TxEncoder()(b.GetTx())
	if err != nil {
		return fmt.Errorf("encode the transaction: %w", err)
	}
	rsp, err := c.Client.BroadcastTxSync(ctx, bz)
	if err != nil {
		return fmt.Errorf("send the transaction: %w", err)
	}
	if rsp.Code != 0 {
		return fmt.Errorf("the node refuses the transaction of %s with code %d: %s", addr, rsp.Code, rsp.Log)
	}
	return nil
}
