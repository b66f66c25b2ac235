package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// requestOpen asks the holder of an index to show one block of it. The client and fellow holders
// may ask; a bond of two epochs' rate goes to the holder if it answers.
func (k *Keeper) requestOpen(ctx context.Context, msg *types.MsgRequestOpen) (types.OpenRequest, contract, error) {
	c, err := k.contract(ctx, msg.Deal)
	if err != nil {
		return types.OpenRequest{}, c, err
	}
	requester, err := k.account("requester", msg.Requester)
	if err != nil {
		return types.OpenRequest{}, c, err
	}
	i, err := k.index(ctx, c.deal, msg.Index)
	if err != nil {
		return types.OpenRequest{}, c, err
	}
	if c.epoch > c.deal.LastEpoch {
		return types.OpenRequest{}, c, types.ErrWrongState.Wrapf("deal %d ended with epoch %d: its holders may have dropped it", c.deal.Id, c.deal.LastEpoch)
	}
	if i.Status != types.INDEX_STATUS_HELD || msg.Position >= i.Acked.Bytes {
		return types.OpenRequest{}, c, types.ErrWrongState.Wrapf("index %d of deal %d is not held, or has no byte %d", msg.Index, msg.Deal, msg.Position)
	}
	if _, err := k.payingEpoch(ctx, c.network); err != nil { // the bond pays for the answer
		return types.OpenRequest{}, c, err
	}
	if err := k.mayRequest(ctx, c, msg.Requester, requester); err != nil {
		return types.OpenRequest{}, c, err
	}
	if i, err = k.roomForRequest(ctx, c, msg, i); err != nil {
		return types.OpenRequest{}, c, err
	}
	id, err := k.nextRequest.Get(ctx)
	if err != nil {
		return types.OpenRequest{}, c, err
	}
	r := types.OpenRequest{
		Id: id, Deal: c.deal.Id, Index: msg.Index, Node: i.Node, Requester: msg.Requester, Position: msg.Position,
		Bond:       types.RepairPay(c.deal.Rate, 1),
		Deadline:   sdk.UnwrapSDKContext(ctx).BlockHeight() + int64(c.network.Params.Storage.AnswerBlocks),
		LayoutRoot: i.Acked.Root, LayoutBytes: i.Acked.Bytes,
	}
	coins := sdk.NewCoins(sdk.NewCoin(c.network.Token.Denom, r.Bond))
	if has := k.deps.Bank.GetBalance(ctx, requester, coins[0].Denom); has.IsLT(coins[0]) {
		return r, c, types.ErrInsufficientFunds.Wrapf("account %s has %s and a request needs a bond of %s", msg.Requester, has, coins[0])
	}
	if err := k.deps.Bank.SendCoinsFromAccountToModule(ctx, requester, types.ModuleName, coins); err != nil {
		return r, c, err
	}
	return r, c, errors.Join(
		k.nextRequest.Set(ctx, id+1),
		k.requests.Set(ctx, id, r),
		k.requestsByNode.Set(ctx, collections.Join4(c.network.Seq, r.Node, uint64(r.Deadline), id)),
		k.requestsByIndex.Set(ctx, collections.Join3(r.Deal, uint64(r.Index), id)),
		k.setIndex(ctx, c, msg.Index, i),
	)
}

// roomForRequest returns the index with one more request, or ErrLimit where the account has one for it open, too many were
// made for it in the epoch, or the node has as many to answer as it can.
func (k *Keeper) roomForRequest(ctx context.Context, c contract, msg *types.MsgRequestOpen, i types.Index) (types.Index, error) {
	open, err := k.requestsFor(ctx, c.deal.Id, msg.Index)
	if err != nil {
		return i, err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	for _, r := range open {
		if r.Deadline < height {
			return i, types.ErrWrongState.Wrapf("node %d did not answer request %d in time: declare index %d of deal %d lost", i.Node, r.Id, r.Index, r.Deal)
		}
		if r.Requester == msg.Requester {
			return i, types.ErrLimit.Wrapf("node %d has request %d of %s for deal %d to answer first", i.Node, r.Id, msg.Requester, r.Deal)
		}
	}
	i, ok := i.Ask(c.epoch, msg.Requester == c.deal.Client)
	if !ok {
		return i, types.ErrLimit.Wrapf("index %d of deal %d was asked for %d times in epoch %d by its client, or by fellow holders, the most it can be", msg.Index, msg.Deal, types.MaxAsked, c.epoch)
	}
	all, err := k.requestsTo(ctx, c.network.Seq, i.Node)
	if err == nil && len(all) >= types.MaxRequests {
		err = types.ErrLimit.Wrapf("node %d has %d requests to answer, the most it can have", i.Node, len(all))
	}
	return i, err
}

// mayRequest returns ErrUnauthorized unless the account is the client or operates a fellow holder.
func (k *Keeper) mayRequest(ctx context.Context, c contract, text string, account []byte) error {
	if c.deal.Client == text {
		return nil
	}
	n, err := k.deps.Nodes.NodeOfOperator(ctx, c.network.Seq, account)
	if err != nil && !errors.Is(err, networktypes.ErrNodeNotFound) {
		return err
	}
	if err == nil {
		fellow, err := k.dealsByNode.Has(ctx, collections.Join3(c.network.Seq, n.Id, c.deal.Id))
		if err != nil {
			return err
		}
		if fellow {
			return nil
		}
	}
	return types.ErrUnauthorized.Wrapf("%s is neither the client of deal %d nor operates a node that holds some of it", text, c.deal.Id)
}

// answerOpen checks the block a holder shows. Its bond pays the holder as any fee does.
func (k *Keeper) answerOpen(ctx context.Context, msg *types.MsgAnswerOpen) (types.OpenRequest, contract, error) {
	r, err := k.requests.Get(ctx, msg.Request)
	if errors.Is(err, collections.ErrNotFound) {
		return r, contract{}, types.ErrRequestNotFound.Wrapf("request %d", msg.Request)
	}
	if err != nil {
		return r, contract{}, err
	}
	c, err := k.contract(ctx, r.Deal)
	if err != nil {
		return r, c, err
	}
	_, n, err := k.operated(ctx, c.deal.Network, msg.Operator)
	if err != nil {
		return r, c, err
	}
	if n.Id != r.Node {
		return r, c, types.ErrUnauthorized.Wrapf("request %d asks node %d, not node %d", r.Id, r.Node, n.Id)
	}
	if height := sdk.UnwrapSDKContext(ctx).BlockHeight(); height > r.Deadline {
		return r, c, types.ErrWindow.Wrapf("request %d could be answered until height %d, this is %d", r.Id, r.Deadline, height)
	}
	size := uint64(len(msg.LayoutOpening) + len(msg.ChunkOpening))
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(types.ProofGas+types.ProofByteGas*size, "block opening")
	if err := verifyOpening(c.deal, r, msg); err != nil {
		return r, c, err
	}
	if err := k.removeRequest(ctx, c.network.Seq, r); err != nil {
		return r, c, err
	}
	_, err = k.settleFee(ctx, c.network, n, types.FeeAnswer, r.Bond, c.network.Params.Pay.BurnBps)
	return r, c, err
}

// verifyOpening checks that the block at the position lies in the layout the holder acknowledged.
func verifyOpening(d types.Deal, r types.OpenRequest, msg *types.MsgAnswerOpen) error {
	root := proof.LayoutNode{Hash: [32]byte(r.LayoutRoot), Bytes: r.LayoutBytes}
	piece, err := proof.VerifyLayout(root, d.Profile.N, r.Index, r.Position, msg.LayoutOpening)
	if err != nil {
		return types.ErrInvalidProof.Wrap(err.Error())
	}
	if _, err := proof.VerifyChunk(piece.Root, piece.Length, piece.Chunk(), msg.ChunkOpening); err != nil {
		return types.ErrInvalidProof.Wrap(err.Error())
	}
	return nil
}

// requestsFor returns the requests for an index that its node has not answered; they are few.
func (k *Keeper) requestsFor(ctx context.Context, deal uint64, number uint32) ([]types.OpenRequest, error) {
	var list []types.OpenRequest
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](deal, uint64(number))
	err := k.requestsByIndex.Walk(ctx, at, func(key collections.Triple[uint64, uint64, uint64]) (bool, error) {
		r, err := k.requests.Get(ctx, key.K3())
		list = append(list, r)
		return false, err
	})
	return list, err
}

// requestsTo returns the requests a node can still answer, at most MaxRequests, soonest deadline first.
func (k *Keeper) requestsTo(ctx context.Context, seq, node uint64) ([]types.OpenRequest, error) {
	var list []types.OpenRequest
	height := uint64(sdk.UnwrapSDKContext(ctx).BlockHeight())
	at := new(collections.Range[collections.Quad[uint64, uint64, uint64, uint64]]).
		StartInclusive(collections.Join4(seq, node, height, uint64(0))).EndExclusive(collections.Join4(seq, node+1, uint64(0), uint64(0)))
	err := k.requestsByNode.Walk(ctx, at, func(key collections.Quad[uint64, uint64, uint64, uint64]) (bool, error) {
		r, err := k.requests.Get(ctx, key.K4())
		list = append(list, r)
		return false, err
	})
	return list, err
}

// followLayout holds the open requests for an index against the layout that its node has just acknowledged: it may
// have dropped what only the one before needed, and could not answer any more.
func (k *Keeper) followLayout(ctx context.Context, c contract, number uint32, i types.Index) error {
	open, err := k.requestsFor(ctx, c.deal.Id, number)
	if err != nil {
		return err
	}
	for _, r := range open {
		r.LayoutRoot, r.LayoutBytes = i.Acked.Root, i.Acked.Bytes
		r.Position %= i.Acked.Bytes
		if err := k.requests.Set(ctx, r.Id, r); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) removeRequest(ctx context.Context, seq uint64, r types.OpenRequest) error {
	return errors.Join(
		k.requests.Remove(ctx, r.Id),
		k.requestsByNode.Remove(ctx, collections.Join4(seq, r.Node, uint64(r.Deadline), r.Id)),
		k.requestsByIndex.Remove(ctx, collections.Join3(r.Deal, uint64(r.Index), r.Id)),
	)
}
