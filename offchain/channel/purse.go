package channel

import (
	"crypto/ed25519"
	"fmt"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Paying is how a purse pays.
type Paying struct {
	Domain proof.Domain
	// Key is the one of the channel, that of the payer's libp2p host.
	Key ed25519.PrivateKey
	// Price is what a GiB costs.
	Price Price
	// Step is for how many bytes a voucher pays ahead, unless more are asked for at once.
	Step uint64
}

// Purse promises what is in one channel. Its methods may be called by several goroutines at once; vouchers must be handed over in the
// order in which Spend returns them.
type Purse struct {
	how Paying

	mu       sync.Mutex
	channel  work.Channel
	promised proof.U128 // the amount of the latest voucher
	count    uint64     // its count
	used     proof.U128 // of the amount
	top      proof.U128 // the largest amount that was ever promised
	spent    proof.U128 // promised by this purse
}

// NewPurse returns a purse for a channel as the chain has it. Resume tells it what was promised and not redeemed.
func NewPurse(how Paying, c work.Channel) *Purse {
	return &Purse{how: how, channel: c, promised: c.Redeemed, count: c.Count, used: c.Redeemed, top: c.Redeemed}
}

// Channel returns the id of the channel.
func (p *Purse) Channel() uint64 { return p.channel.ID }

// Resume goes on from where the till says the channel stands. A voucher counts if this purse's key has signed it; what the till
// says is used up cannot be checked, and costs a step at most. Errors: ErrVoucher, where nothing changes.
func (p *Purse) Resume(a work.Account) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := a.Latest
	if v.IsNone() || v.Amount.Cmp(p.channel.Redeemed) <= 0 {
		p.goTo(p.channel.Redeemed, a.Used) // nothing beyond what the chain has paid
		return nil
	}
	if v.Channel != p.channel.ID {
		return fmt.Errorf("%w: it is of channel %d", ErrVoucher, v.Channel)
	}
	if err := v.Verify(p.channel.Key[:], p.how.Domain, v.Signature[:]); err != nil {
		return fmt.Errorf("%w: %w", ErrVoucher, err)
	}
	p.count, p.top = max(p.count, v.Count), most(p.top, v.Amount)
	p.goTo(v.Amount, a.Used)
	return nil
}

// goTo takes an amount for the one of the latest voucher. A voucher that was lost on its way is so replaced by the next one.
func (p *Purse) goTo(promised, used proof.U128) {
	p.promised = promised
	p.used = least(most(most(used, p.used), p.channel.Redeemed), promised)
}

// Grown takes in that the client has put more money into the channel, or that it ends later.
func (p *Purse) Grown(c work.Channel) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.channel.Deposit, p.channel.Expires = c.Deposit, c.Expires
}

// Has tells whether there is money in the channel for so many bytes more.
func (p *Purse) Has(bytes uint64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	used, err := p.used.Add(p.how.Price.Of(bytes))
	return err == nil && used.Cmp(p.channel.Deposit) <= 0
}

// Spend pays for bytes that are about to be asked for. It returns the voucher to hand over before, or none where what was promised is
// enough. Errors: ErrEmpty.
func (p *Purse) Spend(bytes uint64) (work.Voucher, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	used, err := p.used.Add(p.how.Price.Of(bytes))
	if err != nil || used.Cmp(p.channel.Deposit) > 0 {
		return work.Voucher{}, fmt.Errorf("%w: channel %d has %s", ErrEmpty, p.channel.ID, less(p.channel.Deposit, p.used).Big())
	}
	if used.Cmp(p.promised) <= 0 {
		p.used = used
		return work.Voucher{}, nil
	}
	ahead, err := p.used.Add(p.how.Price.Of(max(bytes, p.how.Step)))
	if err != nil {
		ahead = p.channel.Deposit
	}
	v := work.Voucher{Voucher: proof.Voucher{Channel: p.channel.ID, Amount: least(ahead, p.channel.Deposit), Count: p.count + 1}}
	signature, err := v.Sign(p.how.Key, p.how.Domain)
	if err != nil {
		return work.Voucher{}, fmt.Errorf("sign a voucher: %w", err)
	}
	v.Signature = [proof.SignatureSize]byte(signature)
	if p.spent, err = p.spent.Add(less(v.Amount, p.top)); err != nil {
		return work.Voucher{}, fmt.Errorf("add up what was promised: %w", err)
	}
	p.promised, p.count, p.used, p.top = v.Amount, v.Count, used, most(p.top, v.Amount)
	return v, nil
}

// Return takes back what was spent for bytes that did not come.
func (p *Purse) Return(bytes uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used = less(p.used, p.how.Price.Of(bytes))
}

// Spent returns what this purse has promised beyond what was promised before it, in base units.
func (p *Purse) Spent() proof.U128 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spent
}
