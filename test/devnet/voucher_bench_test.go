package devnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// maxVoucherBytes is the most a voucher may have with its signature, however many tasks it pays.
const maxVoucherBytes = 250

// BenchmarkVoucherRedeem is what it costs the chain to pay a node for a million tasks more by one voucher, and by each of 64 vouchers of
// as many channels: canonical bytes of a voucher with its signature, and the gas of the transaction. An operation is a block of the whole
// chain.
func BenchmarkVoucherRedeem(b *testing.B) {
	b.Run("tasks=1000000", func(b *testing.B) { benchmarkRedeem(b, 1) })
	b.Run("vouchers=64", func(b *testing.B) { benchmarkRedeem(b, tasktypes.MaxVouchers) })
}

func benchmarkRedeem(b *testing.B, channels int) {
	b.Helper()
	const tasks = 1_000_000 // at a base unit each
	n := storage.New(b, storage.Config{})
	owner := n.NewAccount(storage.Funds)
	n.Next()
	node, payer := n.Join(owner, storage.Bond), n.PayerOf(n.Founder)
	n.ToEpoch(1)
	for range channels {
		n.Send(payer.Account, payer.OpenMsg(node.ID, 100_000*storage.Token, n.Chain.Height()+tasktypes.MaxChannelBlocks))
	}
	n.Next()
	var bytes int
	var gas int64
	var ops uint64
	for b.Loop() {
		ops++
		var batch []tasktypes.Voucher
		for id := range channels {
			batch = append(batch, payer.Voucher(uint64(id+1), int64(ops)*tasks, ops*tasks))
		}
		body, err := batch[0].Body()
		require.NoError(b, err)
		bytes = max(bytes, len(body.Encode())+len(batch[0].Signature))
		tx := n.Do(node.Operator, storage.RedeemMsg(node.Operator, batch...))
		gas = max(gas, tx.Gas())
	}
	require.LessOrEqual(b, bytes, maxVoucherBytes)
	require.LessOrEqual(b, proof.MaxVoucherSize+proof.SignatureSize, maxVoucherBytes)
	for id := range channels {
		require.EqualValues(b, ops*tasks, n.Books.Channel(uint64(id+1)).Redeemed.Int64())
	}
	b.ReportMetric(float64(bytes), "voucher-bytes")
	b.ReportMetric(float64(gas), "gas")
	if channels > 1 {
		b.ReportMetric(float64(gas)/float64(channels), "gas/voucher")
	}
}
