package client

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// Client puts objects and gets them back, on one network and for one account. Its methods may be called by several
// goroutines at once.
type Client struct {
	cfg     Config
	chain   Chain
	holders Holders
	book    *book
	turn    chan struct{} // holds one while a put or a removal is under way
	plain   sync.Pool     // of *[]byte, for full segments
}

// New opens the database, or makes an empty one. Errors: ErrInvalid, *LockedError, ErrReadOnly, and those of the
// file system.
func New(cfg Config, chain Chain, holders Holders) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("open objects: %w", err)
	}
	b, err := openBook(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("open objects: %w", err)
	}
	return newClient(cfg, chain, holders, b), nil
}

// newClientOn opens the database on another file system than the machine's.
func newClientOn(cfg Config, chain Chain, holders Holders, fs vfs.FS) (*Client, error) {
	b, err := openBookOn(cfg.Dir, fs)
	if err != nil {
		return nil, err
	}
	return newClient(cfg, chain, holders, b), nil
}

func newClient(cfg Config, chain Chain, holders Holders, b *book) *Client {
	return &Client{cfg: cfg.withDefaults(), chain: chain, holders: holders, book: b, turn: make(chan struct{}, 1)}
}

// Close closes the database; calls that are under way fail with ErrClosed when they come to it. A second call does nothing.
func (c *Client) Close() error { return c.book.close() }

// Objects yields the client's own objects in the order of their cids, and at last an error if there was one.
func (c *Client) Objects() iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		for e, err := range c.book.entries() {
			if !yield(e.Object, err) {
				return
			}
		}
	}
}

// Find returns the client's own object with that cid, URI or link, or the one of that name that was put last. Errors: ErrNotFound,
// *record.URIError, ErrInvalid for an object of another network.
func (c *Client) Find(name string) (Object, error) {
	e, err := c.own(name)
	return e.Object, err
}

// Share returns the link that lets anyone who sees it read an object. Errors: those of Find.
func (c *Client) Share(name string) (string, error) {
	e, err := c.own(name)
	if err != nil {
		return "", err
	}
	u, err := c.uri(e.CID)
	u.Share = &record.Share{Deal: e.Deal, Key: e.Key}
	return u.Link(), err
}

// URI returns the name of an object for its client alone, mesh://<network>/<cid>.
func (c *Client) URI(o Object) (string, error) {
	u, err := c.uri(o.CID)
	return u.String(), err
}

func (c *Client) uri(cid string) (record.URI, error) {
	id, err := record.ParseCID(cid)
	return record.URI{Network: c.cfg.Domain.Network, CID: id}, err
}

// takeTurn waits until no other put or removal is under way. The returned function ends the turn.
func (c *Client) takeTurn(ctx context.Context) (end func(), err error) {
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// takePlain returns room for n bytes of a segment, of arbitrary content. Only what is worth it comes from the pool.
func (c *Client) takePlain(n int) *[]byte {
	if n < segment.MaxPlain/8 {
		b := make([]byte, n)
		return &b
	}
	b, ok := c.plain.Get().(*[]byte)
	if !ok {
		fresh := make([]byte, segment.MaxPlain)
		b = &fresh
	}
	*b = (*b)[:n]
	return b
}

// givePlain takes room back.
func (c *Client) givePlain(b *[]byte) {
	if b != nil && cap(*b) == segment.MaxPlain {
		c.plain.Put(b)
	}
}
