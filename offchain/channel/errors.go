package channel

import "errors"

// Sentinels, for errors.Is.
var (
	// ErrInvalid: an argument breaks a documented bound.
	ErrInvalid = errors.New("invalid argument")
	// ErrNoChannel: no such channel is open.
	ErrNoChannel = errors.New("no such channel is open")
	// ErrVoucher: a voucher that does not count: of another channel's key, for more than there is, or of an amount that is none.
	ErrVoucher = errors.New("voucher does not count")
	// ErrEnding: the channel ends too soon for a voucher to be redeemed.
	ErrEnding = errors.New("channel is about to end")
	// ErrUnpaid: less was paid than what is asked for costs.
	ErrUnpaid = errors.New("not paid for")
	// ErrEmpty: the channel has not got enough left to pay.
	ErrEmpty = errors.New("channel has not got enough left")
)
