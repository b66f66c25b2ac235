package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// contract is a deal with the network it is made in and the epoch that is open there.
type contract struct {
	deal    types.Deal
	network networktypes.Network
	epoch   uint64
}

// contract loads an open deal, or returns ErrDealNotFound or ErrWrongState.
func (k *Keeper) contract(ctx context.Context, id uint64) (contract, error) {
	d, err := k.deals.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return contract{}, types.ErrDealNotFound.Wrapf("deal %d", id)
	}
	if err != nil {
		return contract{}, err
	}
	if !d.IsOpen() {
		return contract{}, types.ErrWrongState.Wrapf("deal %d is settled", id)
	}
	n, err := k.deps.Networks.NetworkByID(ctx, d.Network)
	if err != nil {
		return contract{}, err
	}
	cal, err := k.deps.Networks.Calendar(ctx, n.Seq)
	return contract{deal: d, network: n, epoch: cal.Epoch}, err
}

// clientContract loads an open deal if the account is its client.
func (k *Keeper) clientContract(ctx context.Context, id uint64, client string) (contract, error) {
	c, err := k.contract(ctx, id)
	if err == nil && c.deal.Client != client {
		return c, types.ErrUnauthorized.Wrapf("deal %d belongs to %s, not to %s", id, c.deal.Client, client)
	}
	return c, err
}

// operated loads a network and the node the account operates in it.
func (k *Keeper) operated(ctx context.Context, networkID, operator string) (networktypes.Network, networktypes.Node, error) {
	network, err := k.deps.Networks.NetworkByID(ctx, networkID)
	if err != nil {
		return network, networktypes.Node{}, err
	}
	addr, err := k.account("operator", operator)
	if err != nil {
		return network, networktypes.Node{}, err
	}
	n, err := k.deps.Nodes.NodeOfOperator(ctx, network.Seq, addr)
	return network, n, err
}

// operatedIndex loads an index of an open deal, and the node the account operates in a network. Whether
// the two belong together is for the caller to say.
func (k *Keeper) operatedIndex(ctx context.Context, networkID, operator string, deal uint64, number uint32) (networktypes.Node, contract, types.Index, error) {
	_, n, err := k.operated(ctx, networkID, operator)
	if err != nil {
		return n, contract{}, types.Index{}, err
	}
	c, err := k.contract(ctx, deal)
	if err != nil {
		return n, c, types.Index{}, err
	}
	i, err := k.index(ctx, c.deal, number)
	return n, c, i, err
}

// index loads an index of a deal, or returns ErrInvalidRequest.
func (k *Keeper) index(ctx context.Context, d types.Deal, number uint32) (types.Index, error) {
	if number >= d.Profile.N {
		return types.Index{}, types.ErrInvalidRequest.Wrapf("index %d of deal %d, it has 0 to %d", number, d.Id, d.Profile.N-1)
	}
	return k.indices.Get(ctx, collections.Join(d.Id, uint64(number)))
}

// setIndex stores an index. Every change of its status goes through here, so that the set of the
// vacant ones is that of the indices.
func (k *Keeper) setIndex(ctx context.Context, c contract, number uint32, i types.Index) error {
	at := collections.Join3(c.network.Seq, c.deal.Id, uint64(number))
	if err := k.indices.Set(ctx, collections.Join(c.deal.Id, uint64(number)), i); err != nil {
		return err
	}
	if i.Status == types.INDEX_STATUS_VACANT {
		return k.vacant.Set(ctx, at)
	}
	return k.vacant.Remove(ctx, at)
}

// removeIndex removes an index of a deal that is settled.
func (k *Keeper) removeIndex(ctx context.Context, c contract, number uint32) error {
	return errors.Join(
		k.indices.Remove(ctx, collections.Join(c.deal.Id, uint64(number))),
		k.vacant.Remove(ctx, collections.Join3(c.network.Seq, c.deal.Id, uint64(number))),
	)
}

// indicesOf returns all indices of a deal by number.
func (k *Keeper) indicesOf(ctx context.Context, d types.Deal) ([]types.Index, error) {
	list := make([]types.Index, 0, d.Profile.N)
	err := k.indices.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint64](d.Id),
		func(_ collections.Pair[uint64, uint64], i types.Index) (bool, error) {
			list = append(list, i)
			return false, nil
		})
	return list, err
}

// account decodes an address. It returns ErrInvalidRequest unless the address is spelled as the
// chain spells it, since accounts are compared as text. what names the address in the error.
func (k *Keeper) account(what, text string) (sdk.AccAddress, error) {
	addr, err := networktypes.Account(k.deps.Addresses, text)
	if err != nil {
		return nil, types.ErrInvalidRequest.Wrapf("%s: %s", what, err)
	}
	return addr, nil
}
