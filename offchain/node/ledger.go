package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/node/head"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// maxViews bounds the deals that are remembered for a block.
const maxViews = 4096

// ledger is the node's own view of the chain: its network and its number are said once, and deals are asked for
// once a block.
type ledger struct {
	chain   *chain.Client
	head    *head.Head
	network string
	node    uint64

	mu    sync.Mutex
	at    int64 // height the views are of
	views map[uint64]chain.DealRecord
}

// view returns a deal as of the latest block.
func (l *ledger) view(ctx context.Context, id uint64) (chain.DealRecord, error) {
	height := l.head.Height()
	l.mu.Lock()
	if l.at != height || len(l.views) >= maxViews {
		l.at, l.views = height, map[uint64]chain.DealRecord{}
	}
	d, ok := l.views[id]
	l.mu.Unlock()
	if ok {
		return d, nil
	}
	d, err := l.chain.Deal(ctx, id)
	if errors.Is(err, chain.ErrNotFound) {
		return d, fmt.Errorf("%w: %d", holder.ErrNoDeal, id)
	}
	if err != nil {
		return d, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at == height {
		l.views[id] = d
	}
	return d, nil
}

// Deal implements holder.Deals and duty.Chain.
func (l *ledger) Deal(ctx context.Context, id uint64) (work.Deal, []work.Index, error) {
	d, err := l.view(ctx, id)
	return d.Deal, d.Indices, err
}

// Height implements holder.Deals.
func (l *ledger) Height() uint64 { return uint64(max(0, l.head.Height())) }

// Node implements holder.Deals.
func (l *ledger) Node() uint64 { return l.node }

// VerifyAccount implements holder.Accounts.
func (l *ledger) VerifyAccount(address string, key, preimage, signature []byte) error {
	return chain.VerifyAccount(address, key, preimage, signature)
}

// Epoch implements duty.Chain.
func (l *ledger) Epoch(ctx context.Context) (number uint64, opened int64, err error) {
	e, _, err := l.chain.Epoch(ctx, l.network, 0)
	return e.Number, e.Open, err
}

// Duties implements duty.Chain. Vouchers and posted tasks are not a matter of storage.
func (l *ledger) Duties(ctx context.Context) ([]work.Duty, error) {
	list, err := l.chain.Duties(ctx, l.network, l.node)
	return slices.DeleteFunc(list, func(d work.Duty) bool {
		return d.Kind == work.DutyRedeem || d.Kind == work.DutyCommit || d.Kind == work.DutyReveal
	}), err
}

// IsFellow implements holder.Fellows.
func (l *ledger) IsFellow(ctx context.Context, deal uint64, host [32]byte) (bool, error) {
	m, err := l.chain.MemberByPeer(ctx, l.network, chain.PeerID(host))
	if errors.Is(err, chain.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d, err := l.view(ctx, deal)
	return slices.ContainsFunc(d.Indices, func(i work.Index) bool { return i.Node == m.Number }), err
}

// Channel implements channel.Channels.
func (l *ledger) Channel(ctx context.Context, id uint64) (work.Channel, error) {
	c, err := l.chain.Channel(ctx, id)
	if errors.Is(err, chain.ErrNotFound) {
		err = fmt.Errorf("%w: %w", channel.ErrNoChannel, err)
	}
	return c, err
}

// Paying implements channel.Channels.
func (l *ledger) Paying(ctx context.Context) ([]work.Channel, error) {
	return l.chain.ChannelsTo(ctx, l.network, l.node)
}

// Held implements duty.Chain.
func (l *ledger) Held(ctx context.Context) ([]work.Held, error) {
	return l.chain.Held(ctx, l.network, l.node)
}

// Ended implements duty.Chain.
func (l *ledger) Ended(ctx context.Context, epoch uint64) ([]work.Stint, error) {
	return l.chain.Ended(ctx, l.network, l.node, epoch)
}

// Claimed implements duty.Chain.
func (l *ledger) Claimed(ctx context.Context, epoch uint64) (work.Claim, error) {
	c, _, err := l.chain.Claimed(ctx, l.network, l.node, epoch)
	return c, err
}

// Challenge implements duty.Chain.
func (l *ledger) Challenge(ctx context.Context, epoch uint64) (work.Challenge, error) {
	return l.chain.Challenge(ctx, l.network, l.node, epoch)
}

// OpenRequests implements duty.Chain.
func (l *ledger) OpenRequests(ctx context.Context) ([]work.OpenRequest, error) {
	return l.chain.OpenRequests(ctx, l.network, l.node)
}

// Vacant implements duty.Chain.
func (l *ledger) Vacant(ctx context.Context) ([]work.Vacant, error) {
	return l.chain.Vacant(ctx, l.network)
}

// LastProven implements duty.Chain.
func (l *ledger) LastProven(ctx context.Context, node uint64) (epoch uint64, status work.MemberStatus, err error) {
	m, err := l.chain.Member(ctx, l.network, node)
	if err != nil || m.Status == work.MemberLeft {
		return 0, m.Status, err
	}
	now, _, err := l.chain.Epoch(ctx, l.network, 0)
	if err != nil {
		return 0, m.Status, err
	}
	epoch, err = l.chain.LastProven(ctx, l.network, node, now.Number)
	return epoch, m.Status, err
}

// Suspended implements duty.Chain.
func (l *ledger) Suspended(ctx context.Context) (bool, error) {
	m, err := l.chain.Member(ctx, l.network, l.node)
	return m.Status == work.MemberSuspended, err
}

// Member implements repair.Fellows.
func (l *ledger) Member(ctx context.Context, node uint64) (work.Member, error) {
	m, err := l.chain.Member(ctx, l.network, node)
	return m.Member, err
}
