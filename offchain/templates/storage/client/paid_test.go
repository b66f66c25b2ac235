package client_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// price is what a byte costs at holders that take payment, in base units; ahead is for how many bytes a voucher pays.
const (
	price = 3
	ahead = 1 << 20
)

// purses is a payer that has a channel with every holder.
type purses struct {
	mu     sync.Mutex
	all    map[string]*holdertest.Purse // by peer
	funded []funded
}

// funded is for whom and for how many bytes money was asked for.
type funded struct {
	holders []remote.Peer
	bytes   uint64
}

func (p *purses) Fund(_ context.Context, holders []remote.Peer, bytes uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.funded = append(p.funded, funded{holders, bytes})
	return nil
}

func (p *purses) Purse(_ context.Context, holder remote.Peer, _ uint64) (remote.Purse, error) {
	return p.all[holder.Name], nil
}

// charge has all holders take payment, and opens a channel with each for a payer of the client's.
func (r *real) charge() *purses {
	p := &purses{all: map[string]*holdertest.Purse{}}
	key := holdertest.Key(9)
	r.cfg.PeerKey = holdertest.Public(key)
	for i, m := range r.chain.members {
		id := uint64(i) + 1
		r.tills[m.Peer] = holdertest.NewTill(price)
		r.tills[m.Peer].Open(id, r.cfg.PeerKey)
		p.all[m.Peer] = &holdertest.Purse{ID: id, Key: key, Price: price, Step: ahead}
	}
	r.start()
	return p
}

// paid returns for how many bytes all holders were paid. It requires that both ends of every channel count the same.
func (r *real) paid(p *purses) (sum uint64) {
	for i, m := range r.chain.members {
		stand := r.tills[m.Peer].Stand(uint64(i) + 1)
		promised, used := p.all[m.Peer].Stand()
		require.Equal(r.t, holdertest.Stand{Promised: promised, Used: used, Charged: used}, stand, m.Peer)
		require.Zero(r.t, used%price)
		sum += used / price
	}
	return sum
}

// Objects are read from holders that take payment by who pays, and by nobody else. Only bytes of pieces cost: putting and lists are free.
func TestPaidWithRealHolders(t *testing.T) {
	const (
		size   = 2*segment.MaxPlain + 100
		sealed = size + 16*(2*128+1) // a tag for each block
		stripe = 2 * 64 << 10
	)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newReal(t, dir, 4)
		p := r.charge()
		b := content(1, size)
		var link string
		r.with(func(c *client.Client) {
			put(t, c, "x", b, tinyDeal)
			var err error
			link, err = c.Share("x")
			require.NoError(t, err)
			got, err := get(c, "x", client.GetOptions{Length: 1})
			require.ErrorIs(t, err, client.ErrHolders)
			require.ErrorIs(t, err, wire.Unpaid)
			require.Empty(t, got)
			require.Zero(t, r.paid(p))
		})

		r.payer = p
		r.with(func(c *client.Client) {
			requireObject(t, c, "x", b)
			require.Equal(t, uint64(sealed), r.paid(p))
			got, err := get(c, "x", client.GetOptions{Offset: segment.MaxPlain - 5, Length: 10})
			require.NoError(t, err)
			require.True(t, bytes.Equal(b[segment.MaxPlain-5:segment.MaxPlain+5], got))
			require.Equal(t, uint64(sealed+2*stripe), r.paid(p), "a stripe of either segment")
			require.Len(t, p.funded, 2)
		})

		// Another client with the same host goes on from where the channels stand, and pays for the manifest as well.
		r.cfg.Dir, p.funded = "stranger", nil
		r.with(func(c *client.Client) { requireObject(t, c, link, b) })
		require.Len(t, p.funded, 2)
		require.Equal(t, uint64(2*sealed+2*stripe)+2*p.funded[0].bytes, r.paid(p), "a piece of the manifest from two")
		for _, f := range p.funded {
			require.Len(t, f.holders, 3)
			for _, h := range f.holders {
				require.Contains(t, p.all, h.Name)
				require.Equal(t, r.member(h.Name).PeerKey, h.Key)
			}
		}
	})
}

// member returns who has a peer name.
func (r *real) member(peer string) work.Member {
	return r.chain.members[slices.IndexFunc(r.chain.members, func(m work.Member) bool { return m.Peer == peer })]
}
