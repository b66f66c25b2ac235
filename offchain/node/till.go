package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// openTill opens what takes payment for reading.
func (n *Node) openTill(ctx context.Context, s *storageParts) (*channel.Till, error) {
	terms := channel.Terms{Domain: n.cfg.domain(), Node: s.ledger.node, Notice: int64(n.network.Params.Pay.NoticeBlocks)}
	t, err := channel.NewTill(ctx, terms, s.ledger, s.books.Vouchers)
	if err != nil {
		return nil, err
	}
	price, err := readPrice(n.network)
	if err != nil {
		return nil, err
	}
	t.SetPrice(price)
	return t, nil
}

// keepTill brings vouchers to the chain, and looks a few times within a notice which channels there are and what reading costs.
func (n *Node) keepTill(ctx context.Context, s *storageParts) error {
	every := max(1, int64(n.network.Params.Pay.NoticeBlocks)/8)
	var seen int64
	for {
		height, err := n.head.After(ctx, seen)
		if err != nil {
			return nil //nolint:nilerr // ctx has ended
		}
		seen = height + every - 1
		err = n.redeem(ctx, s)
		if errors.Is(err, journal.ErrFailed) || errors.Is(err, journal.ErrClosed) {
			continue // who watches the journal decides
		}
		if err != nil && ctx.Err() == nil {
			n.deps.Log.Warn("payments", "height", height, "reason", err)
		}
	}
}

// redeem looks at the channels and posts what is due.
func (n *Node) redeem(ctx context.Context, s *storageParts) error {
	network, _, err := n.deps.Client.Network(ctx, n.cfg.Network)
	if err != nil {
		return err
	}
	price, err := readPrice(network)
	if err != nil {
		return err
	}
	s.till.SetPrice(price)
	lost, err := s.till.Look(ctx)
	if err != nil {
		return err
	}
	for _, v := range lost {
		n.deps.Log.Warn("a channel is over, and its latest voucher was not seen to be redeemed", "channel", v.Channel, "amount", v.Amount.Big())
	}
	epoch, _, err := s.ledger.Epoch(ctx)
	if err != nil {
		return err
	}
	for _, b := range s.till.Due(epoch) {
		if err := s.outbox.Post(ctx, work.Post{Key: redeemKey(epoch, b), NotAfter: b.NotAfter, Redeem: b.Vouchers}); err != nil {
			return err
		}
	}
	return nil
}

// redeemKey names a batch: the same vouchers may have to be sent again in another epoch.
func redeemKey(epoch uint64, b channel.Batch) string {
	h := sha256.New()
	for _, v := range b.Vouchers {
		h.Write(v.Encode())
	}
	return fmt.Sprintf("redeem/%d/%x", epoch, h.Sum(nil)[:8])
}
