package holdertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Till takes payment in memory, from the channels that were opened at it. The zero value is not ready; see NewTill.
type Till struct {
	// Step, if set, is asked before every call that can fail, by its name; its error is that of the call, which then changes
	// nothing.
	Step func(ctx context.Context, name string) error

	mu       sync.Mutex
	price    uint64 // base units a byte
	channels map[uint64]*channel
	log      []string
}

type channel struct {
	payer    [32]byte
	latest   work.Voucher
	used     uint64
	taken    []work.Voucher
	charged  uint64
	returned uint64
}

// Stand is where a channel stands, in base units.
type Stand struct {
	Promised, Used    uint64
	Charged, Returned uint64 // in all
}

// NewTill returns a till at which a byte costs so many base units.
func NewTill(price uint64) *Till { return &Till{price: price, channels: make(map[uint64]*channel)} }

// Open opens a channel of a payer.
func (t *Till) Open(id uint64, payer [32]byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.channels[id] = &channel{payer: payer}
}

// SetPrice says what a byte costs from now on.
func (t *Till) SetPrice(price uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.price = price
}

// Restart takes what was promised as used.
func (t *Till) Restart() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.channels {
		c.used = number(c.latest.Amount)
	}
}

// Stand returns where a channel stands.
func (t *Till) Stand(id uint64) Stand {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.channels[id]
	return Stand{Promised: number(c.latest.Amount), Used: c.used, Charged: c.charged, Returned: c.returned}
}

// Taken returns the vouchers of a channel that were taken, in order.
func (t *Till) Taken(id uint64) []work.Voucher {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.channels[id].taken)
}

// Log returns all calls that can fail and were made, with channel and amount, in order.
func (t *Till) Log() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.log)
}

// Cost returns what bytes cost.
func (t *Till) Cost(bytes uint64) proof.U128 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return proof.U64(bytes * t.price)
}

// Account returns where a channel stands.
func (t *Till) Account(ctx context.Context, payer [32]byte, id uint64) (a work.Account, err error) {
	err = t.call(ctx, "account", payer, id, proof.U128{}, func(c *channel) error {
		a = work.Account{Latest: c.latest, Used: proof.U64(c.used)}
		return nil
	})
	return a, err
}

// Take takes a voucher for more than the latest one.
func (t *Till) Take(ctx context.Context, payer [32]byte, v work.Voucher) (a work.Account, err error) {
	err = t.call(ctx, "take", payer, v.Channel, v.Amount, func(c *channel) error {
		if v.Amount.Cmp(c.latest.Amount) <= 0 || v.Count <= c.latest.Count {
			return fmt.Errorf("channel %d has promised more", v.Channel)
		}
		if err := v.Verify(payer[:], Domain(), v.Signature[:]); err != nil {
			return errors.New("signature does not hold")
		}
		c.latest = v
		c.taken = append(c.taken, v)
		a = work.Account{Latest: c.latest, Used: proof.U64(c.used)}
		return nil
	})
	return a, err
}

// Charge takes a cost off what was promised.
func (t *Till) Charge(ctx context.Context, payer [32]byte, id uint64, cost proof.U128) error {
	return t.call(ctx, "charge", payer, id, cost, func(c *channel) error {
		if left := number(c.latest.Amount) - c.used; left < number(cost) {
			return fmt.Errorf("it costs %s and %d is left", cost, left)
		}
		c.used += number(cost)
		c.charged += number(cost)
		return nil
	})
}

// Return gives a cost back.
func (t *Till) Return(id uint64, cost proof.U128) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.channels[id]
	c.used -= number(cost)
	c.returned += number(cost)
}

// call makes a call for the channel of a payer.
func (t *Till) call(ctx context.Context, name string, payer [32]byte, id uint64, amount proof.U128, do func(*channel) error) error {
	line := fmt.Sprint(name, " ", id)
	if !amount.IsZero() {
		line += " " + amount.String()
	}
	t.mu.Lock()
	t.log = append(t.log, line)
	step := t.Step
	t.mu.Unlock()
	if step != nil {
		if err := step(ctx, name); err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.channels[id]
	if c == nil || c.payer != payer {
		return fmt.Errorf("channel %d does not pay this node for that peer", id)
	}
	return do(c)
}

// number returns an amount of these tests, all of which are small.
func number(u proof.U128) uint64 {
	n, err := u.Uint64()
	if err != nil {
		panic(err)
	}
	return n
}
