package client_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// chain is a chain in memory with the rules that a client can notice.
type chain struct {
	account   ed25519.PrivateKey
	blockTime time.Duration // 0 where the clock is the machine's

	// fault is asked before and after every call, by its name; what it returns is the answer. It may be nil.
	fault func(call string, after bool) error

	mu      sync.Mutex
	height  int64
	epoch   uint64
	deals   map[uint64]*client.Deal
	before  map[uint64]past // deals as they were before their last commit
	members []work.Member   // of node i + 1
	full    map[uint64]bool // nodes that have no room for new deals
	draws   int             // that have been asked for
	delayed []func()        // transactions of the next block
	again   []func()        // that put themselves off once more
}

func newChain() *chain {
	key := sha256.Sum256([]byte("client"))
	return &chain{account: ed25519.NewKeyFromSeed(key[:]), blockTime: time.Second, height: 10, epoch: 1, deals: map[uint64]*client.Deal{}, before: map[uint64]past{}}
}

// past is a deal until the block of a height.
type past struct {
	deal   client.Deal
	height int64
}

// call runs a call with its faults.
func (c *chain) call(ctx context.Context, name string, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.fault != nil {
		if err := c.fault(name, false); err != nil {
			return err
		}
	}
	c.mu.Lock()
	err := do()
	c.mu.Unlock()
	if err == nil && c.fault != nil {
		err = c.fault(name, true)
	}
	return err
}

func (c *chain) Height(ctx context.Context) (height int64, err error) {
	err = c.call(ctx, "Height", func() error { height = c.height; return nil })
	return height, err
}

func (c *chain) WaitHeight(ctx context.Context, height int64) error {
	for {
		c.mu.Lock()
		now := c.height
		c.mu.Unlock()
		if now >= height {
			return nil
		}
		if err := wait(ctx, c.blockTime); err != nil {
			return err
		}
		c.block()
	}
}

// block makes a block.
func (c *chain) block() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.height++
	for _, tx := range c.delayed {
		tx()
	}
	c.delayed, c.again = c.again, nil
}

func (c *chain) Network(ctx context.Context) (n client.Network, err error) {
	err = c.call(ctx, "Network", func() error {
		n = client.Network{Epoch: c.epoch, Owners: len(c.members), Price: proof.U64(1000), PriceEpochs: 10}
		return nil
	})
	return n, err
}

func (c *chain) Deals(ctx context.Context) (list []work.Deal, height int64, err error) {
	err = c.call(ctx, "Deals", func() error {
		height = c.height
		for id := range uint64(len(c.deals)) {
			list = append(list, c.deals[id+1].Deal)
		}
		return nil
	})
	return list, height, err
}

func (c *chain) Deal(ctx context.Context, id uint64) (d client.Deal, err error) {
	err = c.call(ctx, "Deal", func() error {
		if c.deals[id] == nil {
			return client.ErrNoDeal
		}
		d = *c.deals[id]
		d.Indices, d.Height = slices.Clone(d.Indices), c.height
		return nil
	})
	return d, err
}

func (c *chain) OpenDeal(ctx context.Context, t client.Terms, until int64) (id uint64, err error) {
	err = c.call(ctx, "OpenDeal", func() error {
		if c.height >= until {
			return fmt.Errorf("%w: it came too late", client.ErrRejected)
		}
		if t.MaxRate.Cmp(proof.U64((1000*t.Space+10<<30-1)/(10<<30))) < 0 {
			return fmt.Errorf("%w: price too high", client.ErrRejected)
		}
		id = uint64(len(c.deals)) + 1
		d := &client.Deal{Deal: work.Deal{
			ID: id, Network: domain.Network, Client: "client", Profile: t.Profile, Space: t.Space, FirstEpoch: c.epoch + 1,
			LastEpoch: c.epoch + t.Epochs, Opened: c.height + 1,
		}}
		for range t.Profile.N {
			d.Indices = append(d.Indices, work.Index{Status: work.IndexUnassigned, Since: c.height + 1})
		}
		c.deals[id] = d
		c.height++
		return nil
	})
	return id, err
}

func (c *chain) CancelDeal(ctx context.Context, id uint64) error {
	return c.call(ctx, "CancelDeal", func() error {
		c.deals[id].LastEpoch, c.deals[id].Settled, c.deals[id].Indices = c.epoch, true, nil
		c.height++
		return nil
	})
}

func (c *chain) Draw(ctx context.Context, id uint64) error {
	return c.call(ctx, "Draw", func() error {
		d := c.deals[id]
		if c.height < d.Opened+2 {
			return client.ErrSeedPending
		}
		c.draws++
		taken := map[uint64]bool{}
		for _, i := range d.Indices {
			taken[i.Node] = true
		}
		next := uint64(1)
		for at := range d.Indices {
			if d.Indices[at].Status != work.IndexUnassigned {
				continue
			}
			for taken[next] || c.full[next] {
				next++
			}
			if next > uint64(len(c.members)) {
				break
			}
			taken[next] = true
			d.Indices[at].Status, d.Indices[at].Node = work.IndexAssigned, next
		}
		c.height++
		return nil
	})
}

func (c *chain) Member(ctx context.Context, node uint64) (m work.Member, err error) {
	err = c.call(ctx, "Member", func() error { m = c.members[node-1]; return nil })
	return m, err
}

func (c *chain) CommitLayout(ctx context.Context, id uint64, l work.Layout, acks []client.Ack, until int64) error {
	return c.call(ctx, "CommitLayout", func() error { return c.commit(id, l, acks, until, c.height+1) })
}

// commit is what the block of a height does with the transaction.
func (c *chain) commit(id uint64, l work.Layout, acks []client.Ack, until, height int64) error {
	d := c.deals[id]
	switch {
	case height > until:
		return fmt.Errorf("%w: it came too late", client.ErrRejected)
	case c.epoch > d.LastEpoch:
		return fmt.Errorf("%w: deal is over", client.ErrRejected)
	case l.Version != d.Layout.Version+1 || l.Bytes == 0 || l.Bytes > d.Space:
		return fmt.Errorf("%w: layout %d of %d bytes after %d", client.ErrRejected, l.Version, l.Bytes, d.Layout.Version)
	}
	for i, a := range acks {
		if i > 0 && a.Index <= acks[i-1].Index {
			return fmt.Errorf("%w: order of acks", client.ErrRejected)
		}
		at := &d.Indices[a.Index]
		key := c.members[at.Node-1].PeerKey
		ack := proof.Ack{Deal: id, Version: l.Version, Root: l.Root, Bytes: l.Bytes, Index: uint32(a.Index)}
		if err := ack.Verify(key[:], domain, a.Signature); err != nil {
			return fmt.Errorf("%w: %w", client.ErrRejected, err)
		}
	}
	c.before[id] = past{*d, height}
	d.Layout, d.Indices = l, slices.Clone(d.Indices)
	for _, a := range acks {
		d.Indices[a.Index].Acked, d.Indices[a.Index].Status = l, work.IndexHeld
	}
	c.height++
	return nil
}

func (c *chain) Sign(ctx context.Context, preimage []byte) (key, signature []byte, err error) {
	err = c.call(ctx, "Sign", func() error { return nil })
	// The fake's accounts have ed25519 keys, and a byte more so that they are as long as real ones.
	key = append([]byte{0}, c.account.Public().(ed25519.PublicKey)...)
	return key, ed25519.Sign(c.account, preimage), err
}

// deal returns a deal as it is.
func (c *chain) deal(id uint64) client.Deal {
	c.mu.Lock()
	defer c.mu.Unlock()
	return *c.deals[id]
}

// acked returns how many indices of a deal have acknowledged the latest layout.
func (c *chain) acked(id uint64) (n int) {
	d := c.deal(id)
	for _, i := range d.Indices {
		if i.Acked == d.Layout && i.Status == work.IndexHeld {
			n++
		}
	}
	return n
}

// failing returns a fault for one call, from the given occurrence on, that happens before or after it was done.
func failing(call string, from int, after bool, err error) func(string, bool) error {
	var mu sync.Mutex
	return func(name string, is bool) error {
		mu.Lock()
		defer mu.Unlock()
		if name != call || is != after {
			return nil
		}
		if from--; from > 0 {
			return nil
		}
		return err
	}
}

var errLost = errors.New("answer was lost")
