package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// openChannel sets a client's money aside for a node.
func (k *Keeper) openChannel(ctx context.Context, msg *types.MsgOpenChannel) (types.Channel, error) {
	client, err := k.account("client", msg.Client)
	if err != nil {
		return types.Channel{}, err
	}
	if err := msg.Validate(); err != nil {
		return types.Channel{}, err
	}
	network, err := k.deps.Networks.NetworkByID(ctx, msg.Network)
	if err != nil {
		return types.Channel{}, err
	}
	if err := network.CheckLive(); err != nil {
		return types.Channel{}, err
	}
	if err := k.mayBePaid(ctx, network, msg.Node); err != nil {
		return types.Channel{}, err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if err := types.CheckExpiry(msg.Expires, height, network.Params.Pay.NoticeBlocks); err != nil {
		return types.Channel{}, err
	}
	if err := k.lockUp(ctx, client, msg.Client, network, msg.Deposit); err != nil {
		return types.Channel{}, err
	}
	id, err := k.nextChannel.Get(ctx)
	if err != nil {
		return types.Channel{}, err
	}
	c := types.Channel{
		Id: id, Network: network.Id, Node: msg.Node, Client: msg.Client, Key: msg.Key, Deposit: msg.Deposit, Redeemed: math.ZeroInt(),
		Expires: msg.Expires,
	}
	return c, errors.Join(
		k.nextChannel.Set(ctx, id+1),
		k.channels.Set(ctx, id, c),
		k.channelsByClient.Set(ctx, collections.Join([]byte(client), id)),
		k.schedule(ctx, network.Seq, c),
		k.deps.Networks.ChangeDuties(ctx, network.Seq, 1),
	)
}

// mayBePaid returns an error unless a node takes part in a network whose first epoch has begun: what is paid counts in an epoch.
func (k *Keeper) mayBePaid(ctx context.Context, network networktypes.Network, node uint64) error {
	n, err := k.deps.Nodes.Node(ctx, network.Seq, node)
	if err != nil {
		return err
	}
	if n.Status != networktypes.NODE_STATUS_JOINED {
		return types.ErrWrongState.Wrapf("node %d does not take part in network %s now: it has left, or is suspended until it resumes", node, network.Id)
	}
	_, err = k.payingEpoch(ctx, network)
	return err
}

// topUpChannel puts more into a channel, or moves its end away. That takes back an announcement to close it.
func (k *Keeper) topUpChannel(ctx context.Context, msg *types.MsgTopUpChannel) (types.Channel, error) {
	client, err := k.account("client", msg.Client)
	if err != nil {
		return types.Channel{}, err
	}
	if err := msg.Validate(); err != nil {
		return types.Channel{}, err
	}
	c, network, err := k.channel(ctx, msg.Channel)
	if err != nil {
		return c, err
	}
	if c.Client != msg.Client {
		return c, types.ErrUnauthorized.Wrapf("channel %d is of client %s", c.Id, c.Client)
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if c.IsExpired(height) {
		return c, types.ErrWindow.Wrapf("channel %d expired at height %d, this is %d: open another", c.Id, c.Expires, height)
	}
	before := c
	if msg.Expires != 0 {
		if msg.Expires < c.Expires {
			return c, types.ErrInvalidChannel.Wrapf("channel %d expires at height %d: only MsgCloseChannel brings that nearer", c.Id, c.Expires)
		}
		if err := types.CheckExpiry(msg.Expires, height, network.Params.Pay.NoticeBlocks); err != nil {
			return c, err
		}
		c.Expires = msg.Expires
	}
	if msg.Amount.IsPositive() {
		c.Deposit = c.Deposit.Add(msg.Amount)
		if err := types.CheckAmount("the deposit", c.Deposit); err != nil {
			return c, err
		}
		if err := k.lockUp(ctx, client, msg.Client, network, msg.Amount); err != nil {
			return c, err
		}
	}
	return c, k.replaceChannel(ctx, network.Seq, before, c)
}

// closeChannel brings the end of a client's channel nearer, or gives back what is left of one that has expired. It returns the
// refund, and whether the channel is over.
func (k *Keeper) closeChannel(ctx context.Context, msg *types.MsgCloseChannel) (types.Channel, math.Int, bool, error) {
	if _, err := k.account("sender", msg.Sender); err != nil {
		return types.Channel{}, math.Int{}, false, err
	}
	c, network, err := k.channel(ctx, msg.Channel)
	if err != nil {
		return c, math.Int{}, false, err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if c.IsExpired(height) {
		refund, err := k.endChannel(ctx, c, network)
		return c, refund, true, err
	}
	if c.Client != msg.Sender {
		return c, math.Int{}, false, types.ErrUnauthorized.Wrapf("channel %d is of client %s, and open until height %d", c.Id, c.Client, c.Expires)
	}
	ends := height + int64(network.Params.Pay.NoticeBlocks)
	if ends >= c.Expires {
		return c, math.Int{}, false, types.ErrWrongState.Wrapf("channel %d expires at height %d by itself", c.Id, c.Expires)
	}
	before := c
	c.Expires = ends
	return c, math.ZeroInt(), false, k.replaceChannel(ctx, network.Seq, before, c)
}

// replaceChannel writes a channel whose end may have moved.
func (k *Keeper) replaceChannel(ctx context.Context, seq uint64, before, after types.Channel) error {
	if err := k.unschedule(ctx, seq, before); err != nil {
		return err
	}
	return errors.Join(k.channels.Set(ctx, after.Id, after), k.schedule(ctx, seq, after))
}

// endChannel gives back what is left of a channel and forgets it.
func (k *Keeper) endChannel(ctx context.Context, c types.Channel, network networktypes.Network) (math.Int, error) {
	client, err := k.account("client", c.Client)
	if err != nil {
		return math.Int{}, err
	}
	if left := c.Left(); left.IsPositive() {
		coins := sdk.NewCoins(sdk.NewCoin(network.Token.Denom, left))
		if err := k.deps.Bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, client, coins); err != nil {
			return math.Int{}, err
		}
	}
	return c.Left(), errors.Join(
		k.channels.Remove(ctx, c.Id),
		k.channelsByClient.Remove(ctx, collections.Join([]byte(client), c.Id)),
		k.unschedule(ctx, network.Seq, c),
		k.deps.Networks.ChangeDuties(ctx, network.Seq, -1),
	)
}

// channel loads a channel and its network.
func (k *Keeper) channel(ctx context.Context, id uint64) (types.Channel, networktypes.Network, error) {
	c, err := k.channels.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return c, networktypes.Network{}, types.ErrChannelNotFound.Wrapf("channel %d was never opened, or is closed", id)
	}
	if err != nil {
		return c, networktypes.Network{}, err
	}
	network, err := k.deps.Networks.NetworkByID(ctx, c.Network)
	return c, network, err
}

// schedule enters a channel where it is found by its end, unschedule takes it off.
func (k *Keeper) schedule(ctx context.Context, seq uint64, c types.Channel) error {
	return errors.Join(
		k.expiring.Set(ctx, collections.Join(uint64(c.Expires), c.Id)),
		k.channelsByNode.Set(ctx, collections.Join4(seq, c.Node, uint64(c.Expires), c.Id)),
	)
}

func (k *Keeper) unschedule(ctx context.Context, seq uint64, c types.Channel) error {
	return errors.Join(
		k.expiring.Remove(ctx, collections.Join(uint64(c.Expires), c.Id)),
		k.channelsByNode.Remove(ctx, collections.Join4(seq, c.Node, uint64(c.Expires), c.Id)),
	)
}

// expire gives back what is left of channels that have expired, at most MaxExpiredPerBlock, each in a branch of its own. One that
// fails is not tried again by itself, so that it holds up no other; anyone can still send MsgCloseChannel for it.
func (k *Keeper) expire(ctx sdk.Context) error {
	due, err := k.expired(ctx)
	if err != nil {
		return err
	}
	for _, key := range due {
		branch, write := ctx.CacheContext()
		c, network, err := k.channel(branch, key.K2())
		refund := math.ZeroInt()
		if err == nil {
			refund, err = k.endChannel(branch, c, network)
		}
		if err == nil {
			err = emitChannelClosed(branch, c, refund)
		}
		if err == nil {
			write()
			continue
		}
		ctx.Logger().Error("close a channel", "module", types.ModuleName, "channel", key.K2(), "error", err.Error())
		if err := errors.Join(k.expiring.Remove(ctx, key), emitChannelStuck(ctx, c, key.K2(), err)); err != nil {
			return err
		}
	}
	return nil
}

// expired returns the keys of channels whose last height this is or was, the earliest first.
func (k *Keeper) expired(ctx sdk.Context) ([]collections.Pair[uint64, uint64], error) {
	var due []collections.Pair[uint64, uint64]
	at := new(collections.Range[collections.Pair[uint64, uint64]]).EndExclusive(collections.Join(uint64(ctx.BlockHeight())+1, uint64(0)))
	err := k.expiring.Walk(ctx, at, func(key collections.Pair[uint64, uint64]) (bool, error) {
		due = append(due, key)
		return len(due) == types.MaxExpiredPerBlock, nil
	})
	return due, err
}
