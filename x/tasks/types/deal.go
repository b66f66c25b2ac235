package types

import (
	"slices"

	"cosmossdk.io/math"
)

// layoutRootBytes is the length of a layout's root.
const layoutRootBytes = 32

// Validate returns ErrInvalidDeal unless 1 ≤ k < n ≤ 128.
func (p Profile) Validate() error {
	if p.K == 0 || p.K >= p.N || p.N > MaxIndices {
		return ErrInvalidDeal.Wrapf("profile %d/%d: k is at least 1, n more than k and at most %d", p.K, p.N, MaxIndices)
	}
	return nil
}

// Current returns the number of indices that must have acknowledged a layout, or be proven, for
// the deal to be safe: k and half of what may be lost, rounded up.
func (p Profile) Current() uint32 { return p.K + (p.N-p.K+1)/2 }

// Validate returns an error unless the deal can be made, whatever the network.
func (m *MsgOpenDeal) Validate() error {
	if err := m.Profile.Validate(); err != nil {
		return err
	}
	if m.Space == 0 || m.Space > MaxSpace {
		return ErrInvalidDeal.Wrapf("%d bytes on each index, it must be 1 to %d", m.Space, uint64(MaxSpace))
	}
	if m.Epochs == 0 || m.Epochs > MaxEpochs {
		return ErrInvalidDeal.Wrapf("%d epochs, it must be 1 to %d", m.Epochs, MaxEpochs)
	}
	if len(m.Without) > MaxWithout {
		return ErrInvalidDeal.Wrapf("%d owners refused, at most %d can be", len(m.Without), MaxWithout)
	}
	if len(m.Region) > 16 {
		return ErrInvalidDeal.Wrapf("region %q is longer than 16 characters", m.Region)
	}
	return CheckAmount("max_rate", m.MaxRate)
}

// Cost is what a deal asks for when it is opened, in base units.
type Cost struct {
	// Rate of one index and epoch.
	Rate math.Int
	// Escrow pays the rates, Reserve the repairs, Burnt is gone at once.
	Escrow, Reserve, Burnt math.Int
}

// Total returns what the client pays.
func (c Cost) Total() math.Int { return c.Escrow.Add(c.Reserve).Add(c.Burnt) }

// NewCost returns the cost of a deal at a rate. The burn is that of one epoch's flow.
func NewCost(rate math.Int, p Profile, epochs uint64, reserveBps, burnBps uint32) Cost {
	flow := rate.MulRaw(int64(p.N))
	escrow := flow.Mul(math.NewIntFromUint64(epochs))
	return Cost{Rate: rate, Escrow: escrow, Reserve: Share(escrow, reserveBps), Burnt: Share(flow, burnBps)}
}

// CheckLayout returns ErrInvalidLayout unless the layout may follow the deal's.
func (d Deal) CheckLayout(l Layout) error {
	switch {
	case l.Version != d.Layout.Version+1:
		return ErrInvalidLayout.Wrapf("version %d does not follow version %d", l.Version, d.Layout.Version)
	case len(l.Root) != layoutRootBytes:
		return ErrInvalidLayout.Wrapf("a root of %d bytes, it has %d", len(l.Root), layoutRootBytes)
	case l.Bytes == 0 || l.Bytes > d.Space:
		return ErrInvalidLayout.Wrapf("%d bytes on each index, the deal has 1 to %d", l.Bytes, d.Space)
	}
	return nil
}

// Exposure returns the most a holder can come to pay for one index of the deal.
func (d Deal) Exposure() math.Int { return Exposure(d.Rate, d.Profile.K) }

// IsOpen tells whether the deal is not settled.
func (d Deal) IsOpen() bool { return d.Status == DEAL_STATUS_OPEN }

// HasNode tells whether a node was drawn for the index, holds or rebuilds it.
func (i Index) HasNode() bool { return i.Node != 0 }

// AckDue tells whether the time for the first ack is over in an epoch.
func (i Index) AckDue(epoch uint64) bool { return epoch >= i.SinceEpoch+AckEpochs }

// Covers tells whether the index is owed to its holder for an epoch of a deal.
func (i Index) Covers(epoch uint64, d Deal) bool {
	return i.Status == INDEX_STATUS_HELD && epoch >= i.FromEpoch && epoch <= d.LastEpoch
}

// ProvedBy returns the layout that a claim of the holder for an epoch is proved against: the one it had acknowledged
// when it claimed. What it acknowledges later can neither spoil the proof nor help it.
func (i Index) ProvedBy(epoch uint64) Layout {
	if i.ClaimedEpoch == epoch {
		return i.Claimed
	}
	return i.Acked
}

// Ask returns the index with one more request for a block of it in an epoch, and whether that is not one too many.
func (i Index) Ask(epoch uint64, byClient bool) (Index, bool) {
	if i.Asked.Epoch != epoch {
		i.Asked = Asked{Epoch: epoch}
	}
	count := &i.Asked.ByFellows
	if byClient {
		count = &i.Asked.ByClient
	}
	*count++
	return i, *count <= MaxAsked
}

// Acknowledge returns the index with a layout acknowledged, by a node that has claimed up to an epoch and proven up to
// another: what a claim is still to be proved against is kept.
func (i Index) Acknowledge(l Layout, claimed, proven uint64) Index {
	if i.Status == INDEX_STATUS_HELD && claimed > proven && claimed != i.ClaimedEpoch {
		i.Claimed, i.ClaimedEpoch = i.Acked, claimed
	}
	i.Acked = l
	return i
}

// ProvedBy returns the layout that a claim for an epoch is proved against.
func (s Stint) ProvedBy(epoch uint64) Layout {
	if s.ClaimedEpoch == epoch {
		return s.Claimed
	}
	return s.Acked
}

// WithLatest returns a list of nodes that took an index and did not rebuild it with one more at its
// end. Each is in it once; of more than MaxNotRebuilt the first are forgotten, but never the one that lost
// the index, which could take it again without a turn.
func WithLatest(nodes []uint64, node, lostBy uint64) []uint64 {
	list := slices.DeleteFunc(slices.Clone(nodes), func(n uint64) bool { return n == node })
	list = append(list, node)
	for at := 0; len(list) > MaxNotRebuilt; at++ {
		if list[at] != lostBy {
			return slices.Delete(list, at, at+1)
		}
	}
	return list
}

// NewIndex returns an index that waits for a draw from a block on.
func NewIndex(epoch uint64, height int64) Index {
	return Index{Status: INDEX_STATUS_UNASSIGNED, SinceEpoch: epoch, SinceHeight: height, RepairPay: math.ZeroInt()}
}
