package types

import (
	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
)

// evidenceBytes is the length of the digest in a voucher.
const evidenceBytes = 32

// MaxChannelBlocks is the longest time a channel can be made or kept open for, from now on: a year of blocks of 5 s.
const MaxChannelBlocks = 6_307_200

// MaxVouchers bounds the vouchers in one message.
const MaxVouchers = 64

// MaxExpiredPerBlock bounds the channels a block gives back by itself.
const MaxExpiredPerBlock = 100

// Left returns what is in the channel and not redeemed, in base units.
func (c Channel) Left() math.Int { return c.Deposit.Sub(c.Redeemed) }

// IsExpired tells whether no voucher is redeemed any more at a height.
func (c Channel) IsExpired(height int64) bool { return height > c.Expires }

// CheckExpiry returns ErrInvalidChannel unless a channel can expire then: not before its node had the time of a notice, and
// at most MaxChannelBlocks from now on.
func CheckExpiry(expires, height int64, noticeBlocks uint64) error {
	least, most := height+int64(noticeBlocks), height+MaxChannelBlocks
	if expires < least || expires > most {
		return ErrInvalidChannel.Wrapf("it would expire at height %d, this is %d: it must be height %d to %d", expires, height, least, most)
	}
	return nil
}

// Validate returns an error unless the channel can be opened, whatever the network.
func (m *MsgOpenChannel) Validate() error {
	if err := proof.CheckKey(m.Key); err != nil {
		return ErrInvalidChannel.Wrapf("the key that will sign vouchers: %s", err)
	}
	return CheckAmount("deposit", m.Deposit)
}

// Validate returns an error unless the message changes something, and by an amount that can be.
func (m *MsgTopUpChannel) Validate() error {
	if !isAmount(m.Amount) || m.Amount.GT(MaxAmount()) {
		return ErrInvalidChannel.Wrap("the amount to put in must be at least 0 and at most 2^127")
	}
	if m.Amount.IsZero() && m.Expires == 0 {
		return ErrInvalidChannel.Wrap("nothing is put in and the end stays as it is")
	}
	return nil
}

// Body returns what the key of the channel has signed, or ErrInvalidVoucher where that cannot be.
func (v Voucher) Body() (proof.Voucher, error) {
	if err := CheckAmount("the amount of a voucher", v.Amount); err != nil {
		return proof.Voucher{}, ErrInvalidVoucher.Wrap(err.Error())
	}
	if len(v.Evidence) != evidenceBytes {
		return proof.Voucher{}, ErrInvalidVoucher.Wrapf("evidence of %d bytes, a digest has %d", len(v.Evidence), evidenceBytes)
	}
	amount, err := proof.FromBig(v.Amount.BigInt())
	if err != nil {
		return proof.Voucher{}, ErrInvalidVoucher.Wrap(err.Error())
	}
	return proof.Voucher{Channel: v.Channel, Amount: amount, Count: v.Count, Evidence: [evidenceBytes]byte(v.Evidence)}, nil
}

// Redeem returns the channel with a voucher redeemed, and what that is worth beyond those before, in base units. It returns
// ErrVoucherSpent where a voucher of at least that amount was redeemed, and ErrInvalidVoucher where the channel has not got as much,
// or no task is paid. The signature is for the caller to check.
//
// The amount alone says which of two vouchers is the later one. If counts had to grow as well, a client could redeem one of its own
// over next to nothing with the largest count there is, and none that its node has would count any more.
func (c Channel) Redeem(v Voucher) (Channel, math.Int, error) {
	switch {
	case v.Amount.LTE(c.Redeemed):
		return c, math.Int{}, ErrVoucherSpent.Wrapf("channel %d has paid %s already, the voucher says %s", c.Id, c.Redeemed, v.Amount)
	case v.Amount.GT(c.Deposit):
		return c, math.Int{}, ErrInvalidVoucher.Wrapf("channel %d has a deposit of %s, the voucher says %s", c.Id, c.Deposit, v.Amount)
	case v.Count == 0:
		return c, math.Int{}, ErrInvalidVoucher.Wrapf("a voucher of channel %d over %s pays no task", c.Id, v.Amount)
	}
	gross := v.Amount.Sub(c.Redeemed)
	c.Redeemed, c.Count, c.Evidence = v.Amount, v.Count, v.Evidence
	return c, gross, nil
}

// validate returns ErrInvalidGenesis unless the channel could be open on a chain.
func (c Channel) validate() error {
	switch {
	case !isAmount(c.Deposit) || !isAmount(c.Redeemed) || c.Redeemed.GT(c.Deposit) || c.Deposit.GT(MaxAmount()) || c.Deposit.IsZero():
		return ErrInvalidGenesis.Wrapf("channel %d has no deposit, or has paid more than it", c.Id)
	case proof.CheckKey(c.Key) != nil:
		return ErrInvalidGenesis.Wrapf("channel %d has no key that can sign vouchers", c.Id)
	case c.Node == 0 || c.Expires <= 0:
		return ErrInvalidGenesis.Wrapf("channel %d pays no node, or never expires", c.Id)
	case c.Redeemed.IsZero() != (len(c.Evidence) == 0), len(c.Evidence) != 0 && len(c.Evidence) != evidenceBytes, c.Redeemed.IsZero() != (c.Count == 0):
		return ErrInvalidGenesis.Wrapf("channel %d has half a voucher", c.Id)
	}
	return nil
}
