package keeper

import (
	"bytes"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// PrepareProposal puts this node's reveal at index 0 of the block inner builds in the room that
// is left. A secret that is missing or broken costs the reveal, never the proposal; so does an
// error of inner cost only its transactions, since baseapp would propose them unchecked.
func (k *Keeper) PrepareProposal(secrets types.Secrets, inner sdk.PrepareProposalHandler) sdk.PrepareProposalHandler {
	return func(ctx sdk.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
		var txs [][]byte
		r := *req
		reveal, err := k.ownReveal(ctx, secrets, req)
		if size := cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{reveal}); err == nil && size <= req.MaxTxBytes {
			txs = append(txs, reveal)
			r.MaxTxBytes -= size
			ctx = reserveGas(ctx)
		} else if err != nil {
			ctx.Logger().Info("propose a block without a reveal", "module", types.ModuleName, "reason", err.Error())
		}
		rsp, err := inner(ctx, &r)
		if err != nil {
			ctx.Logger().Error("propose a block without transactions", "module", types.ModuleName, "error", err.Error())
			return &abci.ResponsePrepareProposal{Txs: txs}, nil
		}
		return &abci.ResponsePrepareProposal{Txs: append(txs, rsp.Txs...)}, nil
	}
}

// ownReveal returns this node's next reveal, checked as every other node will check it.
func (k *Keeper) ownReveal(ctx sdk.Context, secrets types.Secrets, req *abci.RequestPrepareProposal) (bz []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			bz, err = nil, fmt.Errorf("make the reveal: panic: %v", p)
		}
	}()
	_, r, err := k.revealerOf(ctx, req.ProposerAddress)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, types.ErrNotFound.Wrap("this validator has registered no tip; make one with 'meshd beacon init' and 'meshd tx beacon register'")
	}
	c := r.ChainAt(req.Height)
	if !c.CanReveal(req.Height) {
		return nil, types.ErrInvalidTip.Wrapf("the tip of this validator is not in use at height %d or used up", req.Height)
	}
	preimage, err := secrets.Preimage(c.Tip, c.Length, c.Used)
	if err != nil {
		return nil, fmt.Errorf("find the preimage: %w", err)
	}
	if head := types.Step(preimage); !bytes.Equal(head[:], c.Head) {
		return nil, types.ErrInvalidReveal.Wrap("the secret of this node does not belong to its tip")
	}
	return BuildTx(r.Validator, preimage)
}

// ProcessProposal rejects a block with a wrong or foreign reveal, a reveal at another index than
// 0, a transaction that does not decode, and gas limits that total more than a block may use. The
// SDK's own handler lets the last two pass where the mempool is CometBFT's: an undecodable
// transaction costs another amount of gas on a parallel executor and would split the chain.
func (k *Keeper) ProcessProposal(decode sdk.TxDecoder, inner sdk.ProcessProposalHandler) sdk.ProcessProposalHandler {
	return func(ctx sdk.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
		reject := func(reason string) (*abci.ResponseProcessProposal, error) {
			ctx.Logger().Info("reject a proposal", "module", types.ModuleName, "height", req.Height, "reason", reason)
			return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
		}
		txs := req.Txs
		if len(txs) > 0 && decodeReveal(txs[0]) != nil {
			if _, err := k.check(ctx, req.Height, req.ProposerAddress, txs[0]); err != nil {
				return reject(err.Error())
			}
			txs, ctx = txs[1:], reserveGas(ctx)
		}
		if err := checkUserTxs(ctx, decode, txs); err != nil {
			return reject(err.Error())
		}
		r := *req
		r.Txs = txs
		return inner(ctx, &r)
	}
}

// checkUserTxs returns why a block with these transactions after the reveal cannot be, or nil.
func checkUserTxs(ctx sdk.Context, decode sdk.TxDecoder, txs [][]byte) error {
	var limit, sum uint64
	if b := ctx.ConsensusParams().Block; b != nil && b.MaxGas > 0 {
		limit = uint64(b.MaxGas)
	}
	for i, bz := range txs {
		tx, err := decode(bz)
		if err != nil {
			return fmt.Errorf("decode transaction %d: %w", i, err)
		}
		if hasReveal(tx) {
			return types.ErrInvalidReveal.Wrapf("transaction %d holds a reveal", i)
		}
		fee, ok := tx.(sdk.FeeTx)
		if !ok {
			return fmt.Errorf("transaction %d has no fee", i)
		}
		gas := fee.GetGas()
		if limit > 0 && gas > limit-sum {
			return fmt.Errorf("gas limits total more than %d", limit)
		}
		sum += gas
	}
	return nil
}

// reserveGas takes the gas of a reveal off what the rest of the block may use.
func reserveGas(ctx sdk.Context) sdk.Context {
	params := ctx.ConsensusParams()
	if params.Block == nil || params.Block.MaxGas <= 0 {
		return ctx
	}
	block := *params.Block
	// Never 0, which would lift the limit.
	block.MaxGas = max(1, block.MaxGas-types.RevealGas)
	params.Block = &block
	return ctx.WithConsensusParams(params)
}
