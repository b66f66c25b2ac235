package holdertest

import (
	"crypto/ed25519"
	"errors"
	"slices"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Purse promises what is in one channel, and believes what the till says of it as far as signatures hold.
type Purse struct {
	ID    uint64             // of the channel
	Key   ed25519.PrivateKey // of the channel
	Price uint64             // base units a byte
	Step  uint64             // for how many bytes a voucher pays ahead, unless more are asked for at once
	// Deposit is what is in the channel, in base units; 0 for as much as it takes.
	Deposit uint64

	mu       sync.Mutex
	promised uint64
	used     uint64
	vouchers []work.Voucher // in the order of Spend
}

// ErrEmpty: there is not enough in a purse.
var ErrEmpty = errors.New("purse is empty")

// Channel returns the id.
func (p *Purse) Channel() uint64 { return p.ID }

// Resume goes on from where the channel stands.
func (p *Purse) Resume(a work.Account) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v := a.Latest; !v.IsNone() {
		key := Public(p.Key)
		if err := v.Verify(key[:], Domain(), v.Signature[:]); err != nil {
			return err
		}
	}
	p.promised, p.used = number(a.Latest.Amount), number(a.Used)
	return nil
}

// Spend pays for bytes.
func (p *Purse) Spend(bytes uint64) (work.Voucher, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	used := p.used + bytes*p.Price
	if p.Deposit > 0 && used > p.Deposit {
		return work.Voucher{}, ErrEmpty
	}
	if used <= p.promised {
		p.used = used
		return work.Voucher{}, nil
	}
	p.promised = p.used + max(bytes, p.Step)*p.Price
	p.used = used
	v := Voucher(p.Key, p.ID, p.promised, uint64(len(p.vouchers))+1)
	p.vouchers = append(p.vouchers, v)
	return v, nil
}

// Return takes back what was spent.
func (p *Purse) Return(bytes uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used -= min(p.used, bytes*p.Price)
}

// Stand returns what was promised and what of that is used, in base units.
func (p *Purse) Stand() (promised, used uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.promised, p.used
}

// Vouchers returns all that were made, in order.
func (p *Purse) Vouchers() []work.Voucher {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.vouchers)
}

// Voucher makes a voucher that a key has signed.
func Voucher(key ed25519.PrivateKey, channel, amount, count uint64) work.Voucher {
	v := work.Voucher{Voucher: proof.Voucher{Channel: channel, Amount: proof.U64(amount), Count: count}}
	signature, err := v.Sign(key, Domain())
	if err != nil {
		panic(err) // only for a domain that is not ours
	}
	v.Signature = [proof.SignatureSize]byte(signature)
	return v
}
