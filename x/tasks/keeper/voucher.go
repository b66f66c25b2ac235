package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// redeemed is a voucher that was redeemed.
type redeemed struct {
	channel       types.Channel
	gross, earned math.Int
}

// redeemVouchers redeems each voucher in a branch of its own: one that is refused changes nothing and spoils no other. What
// came of it is told by codes, as words could differ from machine to machine.
func (k *Keeper) redeemVouchers(ctx context.Context, msg *types.MsgRedeemVouchers) ([]types.VoucherResult, error) {
	if _, err := k.account("sender", msg.Sender); err != nil {
		return nil, err
	}
	if n := len(msg.Vouchers); n == 0 || n > types.MaxVouchers {
		return nil, types.ErrInvalidRequest.Wrapf("%d vouchers, a message has 1 to %d", n, types.MaxVouchers)
	}
	results := make([]types.VoucherResult, 0, len(msg.Vouchers))
	for _, v := range msg.Vouchers {
		branch, write := sdk.UnwrapSDKContext(ctx).CacheContext()
		r, err := k.redeem(branch, v)
		if err == nil {
			err = emitVoucherRedeemed(branch, r)
		}
		if err != nil {
			results = append(results, types.VoucherResult{Channel: v.Channel, Code: codeOf(err), Gross: math.ZeroInt(), Earned: math.ZeroInt()})
			continue
		}
		write()
		results = append(results, types.VoucherResult{Channel: v.Channel, Gross: r.gross, Earned: r.earned})
	}
	return results, nil
}

// redeem pays a node what a voucher promises it beyond those before.
func (k *Keeper) redeem(ctx context.Context, v types.Voucher) (redeemed, error) {
	c, network, err := k.channel(ctx, v.Channel)
	if err != nil {
		return redeemed{}, err
	}
	if height := sdk.UnwrapSDKContext(ctx).BlockHeight(); c.IsExpired(height) {
		return redeemed{}, types.ErrWindow.Wrapf("channel %d expired at height %d, this is %d", c.Id, c.Expires, height)
	}
	body, err := v.Body()
	if err != nil {
		return redeemed{}, err
	}
	paid, gross, err := c.Redeem(v)
	if err != nil {
		return redeemed{}, err
	}
	genesisID, err := k.deps.Beacon.GenesisChainID(ctx)
	if err != nil {
		return redeemed{}, err
	}
	chargeSignature(ctx, "voucher")
	if err := body.Verify(c.Key, proof.Domain{ChainID: genesisID, Network: c.Network}, v.Signature); err != nil {
		return redeemed{}, types.ErrInvalidVoucher.Wrap(err.Error())
	}
	n, err := k.deps.Nodes.Node(ctx, network.Seq, c.Node)
	if err != nil {
		return redeemed{}, err
	}
	if err := k.channels.Set(ctx, c.Id, paid); err != nil {
		return redeemed{}, err
	}
	earned, err := k.settleFee(ctx, network, n, types.FeeVoucher, gross, network.Params.Pay.BurnBps)
	return redeemed{channel: paid, gross: gross, earned: earned}, err
}

// codeOf returns the code of an error of this module, or 1 for any other.
func codeOf(err error) uint32 {
	if space, code, _ := errorsmod.ABCIInfo(err, false); space == types.ModuleName {
		return code
	}
	return 1
}
