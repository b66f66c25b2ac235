package devnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// FuzzDecodeState: a state that is read is written and read again as the same, and never names process 0,
// 1 or a group.
func FuzzDecodeState(f *testing.F) {
	f.Add([]byte(sampleFile))
	f.Add([]byte(`{"schema":1}`))
	f.Add([]byte(`{"schema":1,"processes":[{"pid":-1}]}`))
	f.Fuzz(func(t *testing.T, bz []byte) {
		s, err := devnet.DecodeState(bz)
		if err != nil {
			require.ErrorIs(t, err, devnet.ErrInvalid)
			return
		}
		for _, p := range s.Processes {
			require.Greater(t, p.PID, 1)
		}
		once, err := devnet.Encode(s)
		require.NoError(t, err)
		again, err := devnet.DecodeState(once)
		require.NoError(t, err)
		twice, err := devnet.Encode(again)
		require.NoError(t, err)
		require.Equal(t, string(once), string(twice))
	})
}

// FuzzDecodeRequest: a request that is read names an account.
func FuzzDecodeRequest(f *testing.F) {
	f.Add([]byte(`{"address":"mesh1x"}`))
	f.Add([]byte(`{"address":""}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, bz []byte) {
		address, err := devnet.DecodeRequest(bz)
		if err != nil {
			require.ErrorIs(t, err, devnet.ErrInvalid)
			return
		}
		require.NotEmpty(t, address)
	})
}

// FuzzDecodeGrant: a payment that is read names its transaction and block.
func FuzzDecodeGrant(f *testing.F) {
	f.Add([]byte(`{"schema":1,"tx":"AB","height":3,"amount":"1umesh"}`))
	f.Add([]byte(`{"schema":1}`))
	f.Fuzz(func(t *testing.T, bz []byte) {
		g, err := devnet.DecodeGrant(bz)
		if err != nil {
			require.ErrorIs(t, err, devnet.ErrFaucet)
			return
		}
		require.NotEmpty(t, g.Tx)
		require.Positive(t, g.Height)
	})
}

// FuzzDecodeHeight: a height that is read is one.
func FuzzDecodeHeight(f *testing.F) {
	f.Add([]byte(`{"result":{"sync_info":{"latest_block_height":"12"}}}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, bz []byte) {
		if h, err := devnet.DecodeHeight(bz); err == nil {
			require.GreaterOrEqual(t, h, int64(0))
		}
	})
}

// FuzzDecodeRPCAddress: an address that is read is not empty.
func FuzzDecodeRPCAddress(f *testing.F) {
	f.Add([]byte(`{"default_node_info":{"other":{"rpc_address":"tcp://127.0.0.1:1"}}}`))
	f.Add([]byte(`{"default_node_info":null}`))
	f.Fuzz(func(t *testing.T, bz []byte) {
		if a, err := devnet.DecodeRPCAddress(bz); err == nil {
			require.NotEmpty(t, a)
		}
	})
}
