package channel

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Channels is what the chain says about channels.
type Channels interface {
	// Channel returns a channel that is open, or ErrNoChannel.
	Channel(ctx context.Context, id uint64) (work.Channel, error)
	// Paying returns all channels that pay this node.
	Paying(ctx context.Context) ([]work.Channel, error)
	// Height is the latest block known.
	Height() uint64
}

// Book keeps the latest voucher of each channel.
type Book interface {
	// Write returns when the voucher is durable.
	Write(ctx context.Context, v work.Voucher) error
	// Latest returns the latest voucher of every channel.
	Latest() []work.Voucher
	// Forget lets go of the vouchers of a channel that is over.
	Forget(channel uint64)
}

// Terms are what a till goes by.
type Terms struct {
	// Domain is the chain and the network that vouchers are signed for, Node the number of the node in it.
	Domain proof.Domain
	Node   uint64
	// Notice is for how many blocks vouchers are still redeemed after a client has closed its channel.
	Notice int64
}

// maxAccounts bounds the channels a till has in mind.
const maxAccounts = 65_536

// maxAsking bounds the questions to the chain that payers cause at once.
const maxAsking = 4

// Till takes payment for a node. Its methods may be called by several goroutines at once.
type Till struct {
	terms Terms
	chain Channels
	book  Book
	ask   chan struct{}
	price atomic.Pointer[Price]

	mu       sync.Mutex
	looks    int            // questions for all channels that were begun
	missed   []work.Voucher // of channels that were over when the till was opened
	accounts map[uint64]*account
}

// account is a channel as the till knows it.
type account struct {
	looks int // how many were begun when it was met

	mu      sync.Mutex // held while a voucher is written
	channel work.Channel
	latest  work.Voucher // may be none
	used    proof.U128   // of its amount
	posted  proof.U128   // the amount that is on its way to the chain
	epoch   uint64       // in which it was sent on its way
}

// NewTill returns a till with what its book has, at which nothing costs anything yet. What was promised before is taken as used.
// ctx bounds the questions to the chain.
func NewTill(ctx context.Context, terms Terms, chain Channels, book Book) (*Till, error) {
	if terms.Domain.ChainID == "" || terms.Domain.Network == "" || terms.Node == 0 || terms.Notice <= 0 {
		return nil, fmt.Errorf("open till: %w: no domain, node or notice", ErrInvalid)
	}
	t := &Till{terms: terms, chain: chain, book: book, ask: make(chan struct{}, maxAsking), accounts: map[uint64]*account{}}
	t.price.Store(&Price{})
	for _, v := range book.Latest() {
		t.accounts[v.Channel] = &account{channel: work.Channel{ID: v.Channel}, latest: v, used: v.Amount}
	}
	missed, err := t.Look(ctx)
	if err != nil {
		return nil, fmt.Errorf("open till: %w", err)
	}
	t.missed = missed // for who looks next
	return t, nil
}

// SetPrice says what is charged from now on.
func (t *Till) SetPrice(p Price) { t.price.Store(&p) }

// Cost returns what bytes cost now.
func (t *Till) Cost(bytes uint64) proof.U128 { return t.price.Load().Of(bytes) }

// Look asks the chain for the channels that pay this node, and forgets those that are over. It returns the vouchers of these that
// were not seen to be redeemed to the end.
func (t *Till) Look(ctx context.Context) (lost []work.Voucher, err error) {
	t.mu.Lock()
	t.looks++
	begun := t.looks
	t.mu.Unlock()
	list, err := t.chain.Paying(ctx)
	if err != nil {
		return nil, err
	}
	open := make(map[uint64]work.Channel, len(list))
	for _, c := range list {
		open[c.ID] = c
	}
	t.mu.Lock()
	lost, t.missed = t.missed, nil
	t.mu.Unlock()
	for _, a := range t.all() {
		a.mu.Lock()
		c, ok := open[a.channel.ID]
		if ok {
			a.channel = c
		}
		id, gone := a.channel.ID, !ok && a.looks < begun // one that was met since may have been opened since
		if gone && a.latest.Amount.Cmp(a.channel.Redeemed) > 0 {
			lost = append(lost, a.latest)
		}
		a.mu.Unlock()
		if gone {
			t.forget(id)
		}
	}
	return lost, nil
}

// all returns the accounts there are.
func (t *Till) all() []*account {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Collect(maps.Values(t.accounts))
}

func (t *Till) forget(id uint64) {
	t.mu.Lock()
	delete(t.accounts, id)
	t.mu.Unlock()
	t.book.Forget(id)
}

// Account returns where a channel of a payer stands. Errors: ErrNoChannel, ErrVoucher for one that is not the payer's or does not
// pay this node, those of the chain.
func (t *Till) Account(ctx context.Context, payer [32]byte, channel uint64) (work.Account, error) {
	a, err := t.account(ctx, payer, channel)
	if err != nil {
		return work.Account{}, err
	}
	defer a.mu.Unlock()
	return work.Account{Latest: a.latest, Used: a.used}, nil
}

// Take takes a voucher of a payer and returns, once it is durable, where its channel stands. One that was taken before changes
// nothing. Errors: those of Account, ErrVoucher, ErrEnding, those of the book.
func (t *Till) Take(ctx context.Context, payer [32]byte, v work.Voucher) (work.Account, error) {
	a, err := t.account(ctx, payer, v.Channel)
	if err != nil {
		return work.Account{}, err
	}
	defer a.mu.Unlock()
	if v == a.latest {
		return work.Account{Latest: a.latest, Used: a.used}, nil
	}
	if v.Amount.Cmp(a.channel.Deposit) > 0 || t.ending(a.channel) { // its client may have put more in since, or moved the end away
		if err := t.refresh(ctx, a); err != nil {
			return work.Account{}, err
		}
	}
	if err := t.check(a, v); err != nil {
		return work.Account{}, err
	}
	if err := t.book.Write(ctx, v); err != nil {
		return work.Account{}, err
	}
	a.latest = v
	return work.Account{Latest: a.latest, Used: a.used}, nil
}

// check returns nil for a voucher that the chain would redeem after the latest one.
func (t *Till) check(a *account, v work.Voucher) error {
	c := a.channel
	switch {
	case t.ending(c):
		return fmt.Errorf("%w: channel %d at height %d", ErrEnding, c.ID, c.Expires)
	case v.Amount.Cmp(most(a.latest.Amount, c.Redeemed)) <= 0:
		return fmt.Errorf("%w: channel %d has promised more", ErrVoucher, c.ID)
	case v.Count <= max(a.latest.Count, c.Count):
		return fmt.Errorf("%w: channel %d has paid as many tasks", ErrVoucher, c.ID)
	case v.Amount.Cmp(c.Deposit) > 0:
		return fmt.Errorf("%w: channel %d has a deposit of %s", ErrVoucher, c.ID, c.Deposit.Big())
	}
	if err := v.Verify(c.Key[:], t.terms.Domain, v.Signature[:]); err != nil {
		return fmt.Errorf("%w: %w", ErrVoucher, err)
	}
	return nil
}

// ending tells whether a channel ends so soon that a voucher may come too late.
func (t *Till) ending(c work.Channel) bool {
	return c.Expires-int64(t.chain.Height()) < t.terms.Notice/4
}

// Charge takes what something costs off what a payer has promised. Errors: those of Account, ErrUnpaid.
func (t *Till) Charge(ctx context.Context, payer [32]byte, channel uint64, cost proof.U128) error {
	a, err := t.account(ctx, payer, channel)
	if err != nil {
		return err
	}
	defer a.mu.Unlock()
	used, err := a.used.Add(cost)
	if err != nil || used.Cmp(a.latest.Amount) > 0 {
		return fmt.Errorf("%w: it costs %s and channel %d has %s left of what was promised", ErrUnpaid, cost.Big(), channel, less(a.latest.Amount, a.used).Big())
	}
	a.used = used
	return nil
}

// Return gives back what was charged for something that was not done.
func (t *Till) Return(channel uint64, cost proof.U128) {
	t.mu.Lock()
	a := t.accounts[channel]
	t.mu.Unlock()
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.used = less(a.used, cost)
}

// account returns a channel of a payer, locked.
func (t *Till) account(ctx context.Context, payer [32]byte, channel uint64) (*account, error) {
	t.mu.Lock()
	a := t.accounts[channel]
	t.mu.Unlock()
	if a == nil {
		var err error
		if a, err = t.meet(ctx, channel); err != nil {
			return nil, err
		}
	}
	a.mu.Lock()
	if c := a.channel; c.Key != payer || c.Node != t.terms.Node || c.Network != t.terms.Domain.Network {
		a.mu.Unlock()
		return nil, fmt.Errorf("%w: channel %d is not one by which this peer pays this node", ErrVoucher, channel)
	}
	return a, nil
}

// meet asks the chain for a channel that the till does not know.
func (t *Till) meet(ctx context.Context, id uint64) (*account, error) {
	c, err := t.channelOf(ctx, id)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if a := t.accounts[id]; a != nil {
		return a, nil
	}
	a := &account{looks: t.looks, channel: c, used: c.Redeemed}
	if c.Node == t.terms.Node && c.Network == t.terms.Domain.Network { // nobody else's is worth remembering
		if len(t.accounts) >= maxAccounts {
			return nil, fmt.Errorf("%w: %d channels are known", ErrNoChannel, len(t.accounts))
		}
		t.accounts[id] = a
	}
	return a, nil
}

// refresh asks the chain again for a channel, which is locked.
func (t *Till) refresh(ctx context.Context, a *account) error {
	c, err := t.channelOf(ctx, a.channel.ID)
	if err == nil {
		a.channel = c
	}
	return err
}

func (t *Till) channelOf(ctx context.Context, id uint64) (work.Channel, error) {
	select {
	case t.ask <- struct{}{}:
		defer func() { <-t.ask }()
	case <-ctx.Done():
		return work.Channel{}, context.Cause(ctx)
	}
	c, err := t.chain.Channel(ctx, id)
	if err != nil {
		return work.Channel{}, fmt.Errorf("ask for channel %d: %w", id, err)
	}
	return c, nil
}
