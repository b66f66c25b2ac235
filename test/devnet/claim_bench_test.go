package devnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// BenchmarkClaimSettle is what an epoch of a node costs the chain that holds a million pieces of a mebibyte in eight deals:
// bytes of its claim with the signature and of its proof, and the gas of claim, proof and withdrawal. An operation is an epoch
// of the whole chain.
func BenchmarkClaimSettle(b *testing.B) {
	b.Run("pieces=1000000", func(b *testing.B) {
		const deals, segments, length, epochs = 8, 125_000, 1 << 20, 200
		n := storage.New(b, storage.Config{})
		client := n.NewClient()
		var owners [4]*storage.Holder
		n.Send(n.Founder, banktypes.NewMsgSend(n.Founder.Address, client.Address, sdk.NewCoins(n.Coin(2_000_000*storage.Token))))
		for i := range owners {
			owner := n.NewAccount(20_000 * storage.Token)
			n.Next()
			owners[i] = n.Join(owner, 10_000*storage.Token)
		}
		for _, h := range owners[1:] {
			n.Actors = append(n.Actors, h)
		}
		n.ToEpoch(1)
		for range deals {
			msg := client.OpenMsg(2, 4, epochs)
			msg.Space, msg.MaxRate = 1<<37, math.NewInt(128*storage.Token)
			n.Do(client.Account, msg)
		}
		content := n.NewVastContent(4, segments, length)
		for deal := uint64(1); deal <= deals; deal++ {
			client.Draw(deal)
			n.Do(client.Account, client.ContentMsg(deal, content))
		}
		m := &measured{Holder: owners[0], b: b, net: n}
		n.Actors = append(n.Actors, m)
		n.ToEpoch(n.Epoch() + 3)
		for b.Loop() {
			m.claim, m.proof, m.withdrawal = nil, nil, nil
			n.Until(200, func() bool { return m.claim != nil && m.proof != nil && m.withdrawal != nil })
			n.Next() // the block with the last of them
		}
		require.Len(b, m.Leaves(n.Epoch()-1), deals)
		b.ReportMetric(float64(m.claimBytes), "claim-bytes")
		b.ReportMetric(float64(m.proofBytes), "proof-bytes")
		b.ReportMetric(float64(m.claim.Gas()), "claim-gas")
		b.ReportMetric(float64(m.proof.Gas()), "proof-gas")
		b.ReportMetric(float64(m.withdrawal.Gas()), "withdrawal-gas")
	})
}

// measured is an honest node whose last transactions are remembered.
type measured struct {
	*storage.Holder
	b                        *testing.B
	claim, proof, withdrawal *storage.Tx
	claimBytes, proofBytes   int
	net                      *storage.Network
}

// signatureBytes is the length of an account's signature.
const signatureBytes = 64

// Act implements storage.Actor.
func (m *measured) Act() {
	m.Duties(func(epoch uint64) {
		msg := m.ClaimMsg(epoch, m.Trie(m.Leaves(epoch)).Root())
		m.claimBytes = msg.Size() + signatureBytes
		m.claim = m.net.Send(m.Operator, msg)
	}, func(epoch uint64) {
		msg, err := m.ProofMsg(epoch, m.Trie(m.Leaves(epoch)))
		require.NoError(m.b, err)
		m.proofBytes = len(msg.Proof)
		m.proof = m.net.Send(m.Operator, msg)
	})
	if m.proof != nil && m.withdrawal == nil && m.Earned() {
		m.withdrawal = m.net.Send(m.Operator, m.WithdrawMsg())
	}
}
