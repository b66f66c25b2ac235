package chain

import codectypes "github.com/cosmos/cosmos-sdk/codec/types"

// What the external tests reach inside for.

// DecodeSimulation is decodeSimulation.
func DecodeSimulation(bz []byte) (uint64, error) { return decodeSimulation(bz) }

// CheckEndpoint is parseEndpoint without its result.
func CheckEndpoint(s string) (target string, tls bool, err error) {
	e, err := parseEndpoint(s)
	return e.target, e.tls, err
}

// Fee returns what a gas limit costs at a price.
func Fee(price string, limit uint64) (Coin, error) {
	p, err := parseGasPrice(price)
	if err != nil {
		return Coin{}, err
	}
	return p.fee(limit), nil
}

// GasLimit is gasLimit.
func GasLimit(used uint64) uint64 { return gasLimit(used) }

// Answered returns a result with the given answers of its messages.
func Answered(bz []byte) Result { return Result{Hash: "AB", answers: bz} }

// Content is what a message is on the wire, and what its signer pays for it.
func Content(m Msg) (packed *codectypes.Any, spends []Coin) { return m.packed, m.spends }
