package channel_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

const (
	node    = 7
	notice  = 80
	network = "net_00000001"
	byByte  = 1 << 30 // the price of a GiB at which a byte costs one base unit
)

var (
	errDisk  = errors.New("the disk is full")
	errChain = errors.New("the chain does not answer")
)

func domain() proof.Domain { return proof.Domain{ChainID: "mesh-1", Network: network} }

func terms() channel.Terms {
	return channel.Terms{Domain: domain(), Node: node, Notice: notice}
}

// keyOf returns a key of a payer, one for each seed.
func keyOf(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func publicOf(key ed25519.PrivateKey) [32]byte { return [32]byte(key.Public().(ed25519.PublicKey)) }

// payer is the one whose channels chanOf returns.
func payer() [32]byte { return publicOf(keyOf(1)) }

// chanOf returns a channel of the payer to the node, with 1,000 base units, open for long.
func chanOf(id uint64) work.Channel {
	return work.Channel{ID: id, Network: network, Node: node, Client: "client", Key: payer(), Deposit: proof.U64(1000), Expires: 10_000}
}

// signed returns a voucher with the signature of a key in a domain.
func signed(t require.TestingT, key ed25519.PrivateKey, d proof.Domain, body proof.Voucher) work.Voucher {
	signature, err := body.Sign(key, d)
	require.NoError(t, err)
	return work.Voucher{Voucher: body, Signature: [proof.SignatureSize]byte(signature)}
}

// promise returns a good voucher of the payer.
func promise(t require.TestingT, id, amount, count uint64) work.Voucher {
	return signed(t, keyOf(1), domain(), proof.Voucher{Channel: id, Amount: proof.U64(amount), Count: count})
}

// ledger is a chain whose channels the test sets.
type ledger struct {
	mu     sync.Mutex
	open   map[uint64]work.Channel
	height uint64
	err    error                     // what a question comes to
	asked  int                       // questions for one channel
	during func()                    // happens within a question for all channels, after the chain has looked
	answer func(ctx context.Context) // happens within a question for one
}

func newLedger(list ...work.Channel) *ledger {
	l := &ledger{open: map[uint64]work.Channel{}, height: 100}
	for _, c := range list {
		l.open[c.ID] = c
	}
	return l
}

// change changes a channel on the chain.
func (l *ledger) change(id uint64, change func(*work.Channel)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.open[id]
	change(&c)
	l.open[id] = c
}

func (l *ledger) Channel(ctx context.Context, id uint64) (work.Channel, error) {
	l.mu.Lock()
	l.asked++
	c, ok := l.open[id]
	err, answer := l.err, l.answer
	l.mu.Unlock()
	if answer != nil {
		answer(ctx)
	}
	if err == nil && !ok {
		err = channel.ErrNoChannel
	}
	return c, err
}

func (l *ledger) Paying(context.Context) ([]work.Channel, error) {
	l.mu.Lock()
	var list []work.Channel
	for _, c := range l.open {
		if c.Node == node && c.Network == network {
			list = append(list, c)
		}
	}
	err, during := l.err, l.during
	l.mu.Unlock()
	if during != nil {
		during()
	}
	return list, err
}

func (l *ledger) Height() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.height
}

// book remembers what it was told.
type book struct {
	latest map[uint64]work.Voucher
	wrote  []work.Voucher
	forgot []uint64
	err    error // what writing comes to
}

func newBook(list ...work.Voucher) *book {
	b := &book{latest: map[uint64]work.Voucher{}}
	for _, v := range list {
		b.latest[v.Channel] = v
	}
	return b
}

func (b *book) Write(_ context.Context, v work.Voucher) error {
	if b.err != nil {
		return b.err
	}
	b.wrote = append(b.wrote, v)
	b.latest[v.Channel] = v
	return nil
}

func (b *book) Latest() []work.Voucher {
	return slices.SortedFunc(maps.Values(b.latest), func(x, y work.Voucher) int { return cmp.Compare(x.Channel, y.Channel) })
}

func (b *book) Forget(id uint64) {
	b.forgot = append(b.forgot, id)
	delete(b.latest, id)
}

// fixture is a till with what it stands on.
type fixture struct {
	chain *ledger
	book  *book
	till  *channel.Till
}

func newFixture(t require.TestingT, list ...work.Channel) *fixture {
	f := &fixture{chain: newLedger(list...), book: newBook()}
	f.restart(t)
	return f
}

// restart puts a new till over the book.
func (f *fixture) restart(t require.TestingT) {
	till, err := channel.NewTill(context.Background(), terms(), f.chain, f.book)
	require.NoError(t, err)
	f.till = till
}

// take hands a good voucher of the payer over.
func (f *fixture) take(t require.TestingT, v work.Voucher) {
	a, err := f.till.Take(context.Background(), payer(), v)
	require.NoError(t, err)
	require.Equal(t, v, a.Latest)
}

// charge takes a cost off what the payer has promised.
func (f *fixture) charge(id, cost uint64) error {
	return f.till.Charge(context.Background(), payer(), id, proof.U64(cost))
}

// requireAccount fails unless a channel of the payer stands there.
func (f *fixture) requireAccount(t require.TestingT, latest work.Voucher, used uint64) {
	id := latest.Channel
	if latest.IsNone() {
		latest = work.Voucher{}
	}
	a, err := f.till.Account(context.Background(), payer(), id)
	require.NoError(t, err)
	require.Equal(t, work.Account{Latest: latest, Used: proof.U64(used)}, a)
}
