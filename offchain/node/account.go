package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/node/head"
	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// account is a client's view of the chain: one network, one key that pays. It implements what the storage client
// asks of the chain.
type account struct {
	chain   *chain.Client
	keys    *chain.Keyring
	key     chain.Key
	network string
	poll    time.Duration
}

// Height implements storage.Chain.
func (a account) Height(ctx context.Context) (int64, error) {
	return heights{a.chain}.Height(ctx)
}

// WaitHeight implements storage.Chain. The error wraps chain.ErrUnreachable when the chain has not answered for
// head.Patience.
func (a account) WaitHeight(ctx context.Context, height int64) error {
	return head.Wait(ctx, heights{a.chain}, height, a.poll, func(err error) bool { return errors.Is(err, chain.ErrUnreachable) })
}

// soonBlocks is how far off an opening may be that is waited for because more owners will count from it on.
const soonBlocks = 40

// Network implements storage.Chain. Owners are those that count as of the latest opening, which draws go by; an opening
// that is near, and from which more will count, is waited for.
func (a account) Network(ctx context.Context) (storage.Network, error) {
	n, _, err := a.chain.Network(ctx, a.network)
	if err != nil {
		return storage.Network{}, err
	}
	price, err := proof.FromBig(n.Params.Storage.Price.BigInt())
	if err != nil {
		return storage.Network{}, fmt.Errorf("read the price of network %s: %w", a.network, err)
	}
	for {
		epoch, calendar, err := a.begun(ctx)
		if err != nil {
			return storage.Network{}, err
		}
		set, err := a.chain.ActiveSet(ctx, a.network)
		if err != nil {
			return storage.Network{}, err
		}
		height, err := a.Height(ctx)
		if err != nil {
			return storage.Network{}, err
		}
		if set.Nodes <= epoch.Nodes || calendar.RollsAt == 0 || calendar.RollsAt > height+soonBlocks {
			return storage.Network{
				Epoch: calendar.Epoch, Owners: int(min(set.Owners, epoch.Nodes)),
				Price: price, PriceEpochs: uint64(n.Params.Storage.PriceEpochs),
			}, nil
		}
		if err := a.WaitHeight(ctx, calendar.RollsAt+1); err != nil {
			return storage.Network{}, err
		}
	}
}

// begun returns the latest epoch of the network and its calendar once the first epoch is open.
func (a account) begun(ctx context.Context) (chain.Epoch, chain.Calendar, error) {
	for {
		epoch, calendar, err := a.chain.Epoch(ctx, a.network, 0)
		switch {
		case err != nil || calendar.Epoch > 0:
			return epoch, calendar, err
		case calendar.RollsAt == 0:
			return epoch, calendar, fmt.Errorf("%w: network %s", ErrNoNodes, a.network)
		}
		if err := a.WaitHeight(ctx, calendar.RollsAt+1); err != nil {
			return epoch, calendar, err
		}
	}
}

// Deals implements storage.Chain.
func (a account) Deals(ctx context.Context) (list []work.Deal, height int64, err error) {
	all, height, err := a.chain.DealsOf(ctx, a.key.Address)
	if err != nil {
		return nil, 0, err
	}
	for _, d := range all {
		if d.Network == a.network && !d.Settled {
			list = append(list, d)
		}
	}
	return list, height, nil
}

// Deal implements storage.Chain.
func (a account) Deal(ctx context.Context, id uint64) (storage.Deal, error) {
	d, err := a.chain.Deal(ctx, id)
	if errors.Is(err, chain.ErrNotFound) {
		return storage.Deal{}, fmt.Errorf("%w: %d", storage.ErrNoDeal, id)
	}
	return storage.Deal{Deal: d.Deal, Indices: d.Indices, Height: d.Height}, err
}

// OpenDeal implements storage.Chain.
func (a account) OpenDeal(ctx context.Context, t storage.Terms, until int64) (uint64, error) {
	m, err := chain.OpenDeal(a.key.Address, chain.NewDeal{
		Network: a.network, Profile: t.Profile, Space: t.Space, Epochs: t.Epochs, MaxRate: chain.IntOf(t.MaxRate),
	})
	if err != nil {
		return 0, err
	}
	result, err := a.submit(ctx, m, until)
	if err != nil {
		return 0, err
	}
	id, _, err := result.OpenedDeal()
	return id, err
}

// CancelDeal implements storage.Chain.
func (a account) CancelDeal(ctx context.Context, id uint64) error {
	m, err := chain.CancelDeal(a.key.Address, id)
	if err != nil {
		return err
	}
	_, err = a.submit(ctx, m, 0)
	return err
}

// Draw implements storage.Chain.
func (a account) Draw(ctx context.Context, id uint64) error {
	m, err := chain.DrawDeal(a.key.Address, id)
	if err != nil {
		return err
	}
	_, err = a.submit(ctx, m, 0)
	switch {
	case errors.Is(err, chain.ErrSeedPending):
		return storage.ErrSeedPending
	case errors.Is(err, chain.ErrInsufficientFunds):
		return fmt.Errorf("pay the fee: %w", chain.ErrInsufficientFunds) // a draw is not refused because nobody can pay for it
	}
	return err
}

// Member implements storage.Chain.
func (a account) Member(ctx context.Context, node uint64) (work.Member, error) {
	m, err := a.chain.Member(ctx, a.network, node)
	return m.Member, err
}

// CommitLayout implements storage.Chain.
func (a account) CommitLayout(ctx context.Context, deal uint64, l work.Layout, acks []storage.Ack, until int64) error {
	signed := make([]chain.SignedAck, len(acks))
	for i, ack := range acks {
		signed[i] = chain.SignedAck{Index: ack.Index, Signature: ack.Signature}
	}
	m, err := chain.CommitLayout(a.key.Address, deal, l, signed)
	if err != nil {
		return err
	}
	_, err = a.submit(ctx, m, until)
	return err
}

// Sign implements storage.Chain.
func (a account) Sign(_ context.Context, preimage []byte) (key, signature []byte, err error) {
	return a.keys.SignAccount(a.key.Name, preimage)
}

// submit sends a message that may be in a block up to a height, 0 = in any. What the chain has refused, or would for want
// of money, is refused for good.
func (a account) submit(ctx context.Context, m chain.Msg, until int64) (chain.Result, error) {
	result, err := a.chain.Submit(ctx, chain.Tx{From: a.key.Name, Msgs: []chain.Msg{m}, Until: until})
	if errors.Is(err, chain.ErrRejected) || errors.Is(err, chain.ErrInsufficientFunds) {
		return result, fmt.Errorf("%w: %w", storage.ErrRejected, err)
	}
	return result, err
}
