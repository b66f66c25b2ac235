package chain

import (
	"fmt"
	"strings"
	"time"
)

// DefaultGasPrice is the chain's own minimum gas price, base units of MESH for a unit of gas.
const DefaultGasPrice = "0.005umesh"

// maxEndpoints bounds how long an unreachable chain keeps a user waiting.
const maxEndpoints = 16

// Config says which chain to talk to, and how.
type Config struct {
	// Endpoints are gRPC addresses, tried in turn: host:port or http://host:port without TLS,
	// https://host:port with it. 1 to 16.
	Endpoints []string
	// ChainID is the chain that transactions are signed for, and that every endpoint must run. Without it
	// queries believe the endpoint and nothing can be signed.
	ChainID string
	// GasPrice is a decimal and a denomination, such as 0.005umesh.
	GasPrice string
	// CallTimeout bounds one call to one endpoint.
	CallTimeout time.Duration
	// InclusionTimeout bounds the wait for a transaction to get into a block.
	InclusionTimeout time.Duration
	// PollInterval is the pause between two looks at whether something has happened on chain.
	PollInterval time.Duration
}

// DefaultConfig is the configuration for the given endpoints and chain.
func DefaultConfig(endpoints []string, chainID string) Config {
	return Config{
		Endpoints: endpoints, ChainID: chainID, GasPrice: DefaultGasPrice,
		CallTimeout: 10 * time.Second, InclusionTimeout: time.Minute, PollInterval: 100 * time.Millisecond,
	}
}

// Validate returns an error that wraps ErrInvalid unless the configuration can work.
func (c Config) Validate() error {
	if n := len(c.Endpoints); n < 1 || n > maxEndpoints {
		return fmt.Errorf("%w: %d endpoints, give 1 to %d", ErrInvalid, n, maxEndpoints)
	}
	for _, e := range c.Endpoints {
		if _, err := parseEndpoint(e); err != nil {
			return err
		}
	}
	if _, err := parseGasPrice(c.GasPrice); err != nil {
		return err
	}
	if c.CallTimeout <= 0 || c.InclusionTimeout <= 0 || c.PollInterval <= 0 {
		return fmt.Errorf("%w: timeouts and the poll interval must be more than 0", ErrInvalid)
	}
	return nil
}

// IsDevnet tells whether a chain id is that of a throw-away chain on somebody's own machine. Only there
// may keys lie unencrypted.
func IsDevnet(chainID string) bool {
	return strings.HasPrefix(chainID, "mesh-devnet-") || strings.HasPrefix(chainID, "mesh-local-")
}
