package chain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// FuzzParseTokens: what is read is within bounds and is shown as it was meant.
func FuzzParseTokens(f *testing.F) {
	for _, s := range []string{"0", "1.5", "0.000001", "1e3", "-1", "1.", strings.Repeat("9", 70)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := chain.ParseTokens(s)
		if err != nil {
			require.ErrorIs(t, err, chain.ErrInvalid)
			return
		}
		require.False(t, a.IsNegative())
		again, err := chain.ParseTokens(strings.ReplaceAll(chain.FormatTokens(a), ",", ""))
		require.NoError(t, err)
		require.Equal(t, a.String(), again.String())
	})
}

// FuzzGasPrice: a price that is read makes a fee without overflow, and more gas never costs less.
func FuzzGasPrice(f *testing.F) {
	for _, s := range []string{"0.005umesh", "1net_1a2b3c4d/ustr", "umesh", "0.005", "1.2.3x", largest + "umesh"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		most, err := chain.Fee(s, 1<<64-1)
		if err != nil {
			require.ErrorIs(t, err, chain.ErrInvalid)
			return
		}
		less, err := chain.Fee(s, 1<<63)
		require.NoError(t, err)
		require.True(t, less.Amount.LTE(most.Amount))
		require.False(t, less.Amount.IsNegative())
	})
}

// FuzzEndpoint: what is taken for an endpoint has a host and a port.
func FuzzEndpoint(f *testing.F) {
	for _, s := range []string{"127.0.0.1:9090", "https://a.example:443", "http://[::1]:1/", ":9090", "a:b:c", "ftp://a/b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		target, _, err := chain.CheckEndpoint(s)
		if err != nil {
			require.ErrorIs(t, err, chain.ErrInvalid)
			return
		}
		require.Contains(t, target, ":")
		require.Contains(t, s, target)
	})
}

// FuzzCreatedNetwork: whatever a node answers, an id that comes out has the form of one.
func FuzzCreatedNetwork(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0x12, 0x00})
	f.Add(created(f, "net_1a2b3c4d"))
	f.Add(created(f, "net_"))
	f.Fuzz(func(t *testing.T, bz []byte) {
		id, err := chain.Answered(bz).CreatedNetwork()
		if err == nil {
			require.NoError(t, chain.CheckNetworkID(id))
		}
	})
}

// FuzzDecodeSimulation: whatever a node answers, the gas that comes out can be given its margin.
func FuzzDecodeSimulation(f *testing.F) {
	f.Add([]byte(`{"gas_info":{"gas_used":"77"}}`))
	f.Add([]byte(`{"gas_info":{"gas_used":"4611686018427387904"}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, bz []byte) {
		used, err := chain.DecodeSimulation(bz)
		if err == nil {
			require.Greater(t, chain.GasLimit(used), used)
		}
	})
}
