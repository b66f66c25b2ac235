package chain

import (
	"context"
	"errors"
	"fmt"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
)

// leastGas is less than any transaction uses.
const leastGas = 50_000

// Tx is what somebody wants to happen.
type Tx struct {
	From string // name of the key that signs and pays
	Msgs []Msg
	// Unordered transactions need no sequence number, so several of one key may be under way at once. They
	// are for daemons.
	Unordered bool
	// Until is the height of the last block that the transaction may be in: once there is a higher one it never happens. 0 =
	// no such bound.
	Until int64
	// Price is percent of the configured price of gas; less than 100 is 100. A higher price than whoever pays can or may
	// pay is not insisted on: it is 100 then.
	Price int
	// FeesFrom is an account that pays the fee, as it has allowed; "" = the signer.
	FeesFrom string
}

// Submit signs a transaction, sends it and waits until it is in a block. Everything that can be found out
// before anything is sent is: the funds, and by simulation what the chain would say. Where the sequence
// number turns out to be used, the account is asked for again and the transaction made a second time, once.
//
// The error wraps ErrKeyNotFound, ErrLocked, ErrInsufficientFunds, ErrUnreachable, ErrWrongChain,
// ErrRejected (with Height > 0 when the fee was taken; also when Tx.Until is past) or ErrTimeout. Only after
// ErrTimeout may it still happen; that is also the error when the context ends while the transaction is under way.
func (c *Client) Submit(ctx context.Context, tx Tx) (Result, error) {
	if c.keyring == nil || c.cfg.ChainID == "" {
		return Result{}, fmt.Errorf("%w: signing needs a keyring and a chain id", ErrInvalid)
	}
	sent, fee, err := c.send(ctx, tx)
	if tx.Price > 100 && isTooDear(err) {
		tx.Price = 100
		sent, fee, err = c.send(ctx, tx)
	}
	if err != nil {
		return Result{}, err
	}
	return c.wait(ctx, sent, fee)
}

// send sends a transaction and returns its hash and what it pays.
func (c *Client) send(ctx context.Context, tx Tx) (hash string, fee Coin, err error) {
	d, spends, err := c.draft(ctx, tx)
	if err != nil {
		return "", Coin{}, err
	}
	hash, err = c.attempt(ctx, d, spends)
	if isSequenceMismatch(err) && !tx.Unordered {
		if d.account, err = c.nextSequence(ctx, d.account, err); err != nil {
			return "", Coin{}, err
		}
		hash, err = c.attempt(ctx, d, spends)
	}
	return hash, d.fee, err
}

// draft gathers what a transaction is made of, and what it spends besides the fee.
func (c *Client) draft(ctx context.Context, tx Tx) (*draft, []Coin, error) {
	key, err := c.keyring.Key(tx.From)
	if err != nil {
		return nil, nil, err
	}
	d := &draft{key: key, granter: tx.FeesFrom, until: uint64(max(tx.Until, 0)), price: c.price.times(tx.Price)}
	var spends []Coin
	for _, m := range tx.Msgs {
		d.msgs, spends = append(d.msgs, m.packed), append(spends, m.spends...)
	}
	// Asked first: an account without money may not even exist, and that is not the user's language.
	if err := c.checkCosts(ctx, d, spends, d.price.fee(leastGas)); err != nil {
		return nil, nil, err
	}
	if d.account, err = c.Account(ctx, key.Address); err != nil {
		return nil, nil, err
	}
	if tx.Unordered {
		d.expires, err = c.expiry(ctx)
	}
	return d, spends, err
}

// attempt simulates, prices, signs and sends the draft once and returns the transaction's hash.
func (c *Client) attempt(ctx context.Context, d *draft, spends []Coin) (hash string, err error) {
	// A simulation pays a fee too, if a small one: without any it would not count the gas of paying.
	d.gasLimit, d.fee = 0, d.price.fee(leastGas)
	used, err := c.simulate(ctx, d)
	if err != nil {
		return "", err
	}
	d.gasLimit = gasLimit(used)
	d.fee = d.price.fee(d.gasLimit)
	if err := c.checkCosts(ctx, d, spends, d.fee); err != nil {
		return "", err
	}
	raw, err := d.signed(c.keyring, c.cfg.ChainID)
	if err != nil {
		return "", err
	}
	return txHash(raw), c.broadcast(ctx, raw)
}

// nextSequence waits until the account's sequence number is another than the one that was refused: a
// transaction that is under way has used it. It gives the refusal back where that does not happen in time.
func (c *Client) nextSequence(ctx context.Context, used Account, refusal error) (Account, error) {
	var now Account
	err := c.poll(ctx, c.cfg.CallTimeout, func(ctx context.Context) (bool, error) {
		var err error
		now, err = c.Account(ctx, used.Address)
		return err == nil && now.Sequence != used.Sequence, err
	})
	if errors.Is(err, errPollEnded) {
		return Account{}, refusal
	}
	return now, err
}

// isTooDear tells whether a transaction failed because its fee is more than the payer has, or has allowed.
func isTooDear(err error) bool {
	var r *RejectedError
	return errors.Is(err, ErrInsufficientFunds) || errors.As(err, &r) && r.Codespace == feegrant.DefaultCodespace
}

// isSequenceMismatch tells whether the chain expects another sequence number.
func isSequenceMismatch(err error) bool {
	var r *RejectedError
	return errors.As(err, &r) && r.Codespace == sdkerrors.RootCodespace && r.Code == sdkerrors.ErrWrongSequence.ABCICode()
}
