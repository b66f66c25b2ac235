package chain

import (
	"errors"
	"fmt"
	"io"

	codec "github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
)

// Client talks to one chain through any of its endpoints. It is safe for concurrent use, but for Submit of
// ordered transactions with one key from several goroutines, which lets them race for sequence numbers.
type Client struct {
	cfg     Config
	price   gasPrice
	pool    *pool
	keyring *Keyring
	rand    io.Reader
}

// Deps are what a client is given.
type Deps struct {
	// Keyring signs; nil for a client that only asks.
	Keyring *Keyring
	// Rand makes unordered transactions unique; needed by those only.
	Rand io.Reader
}

// New makes a client. It connects to nothing until the first call. The error wraps ErrInvalid.
func New(cfg Config, deps Deps) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	price, err := parseGasPrice(cfg.GasPrice)
	if err != nil {
		return nil, err
	}
	p, err := newPool(cfg)
	if err != nil {
		return nil, err
	}
	return &Client{cfg: cfg, price: price, pool: p, keyring: deps.Keyring, rand: deps.Rand}, nil
}

// Close ends all connections.
func (c *Client) Close() error {
	var errs []error
	for _, m := range c.pool.members {
		errs = append(errs, m.conn.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close connections: %w", err)
	}
	return nil
}

// newCodec returns what turns messages into bytes, and keys into records of the keyring. It knows keys
// only: messages travel packed, and their signers are known to whoever makes them.
func newCodec() *codec.ProtoCodec {
	registry := codectypes.NewInterfaceRegistry()
	cryptocodec.RegisterInterfaces(registry)
	return codec.NewProtoCodec(registry)
}
