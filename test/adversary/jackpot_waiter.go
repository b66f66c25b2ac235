package adversary

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// jackpot is an epoch in which somebody else is paid more than there is emission for, and the one after, in which nobody else is paid. A node
// that has earned a voucher in the first brings it at once, or waits for the second. It returns what its owner comes to.
func jackpot(t testing.TB, waits bool) Tally {
	t.Helper()
	const pay, crowd = storage.Funds, 100 * storage.Funds
	n := storage.New(t, storage.Config{})
	g := newGang(t, n, 1, storage.Bond)
	other := joinEach(n, storage.Bond)[0]
	client, rich := n.NewPayer(), n.PayerOf(n.NewAccount(crowd))
	n.ToEpoch(1)
	g.begin()
	mine, others := client.Open(g.nodes[0].ID, pay, n.Chain.Height()+500), rich.Open(other.ID, crowd, n.Chain.Height()+500)
	present(t, n, other.Operator, presented{voucher: rich.Voucher(others, crowd, 1)})
	if waits {
		n.ToEpoch(2)
	}
	present(t, n, g.nodes[0].Operator, presented{voucher: client.Voucher(mine, pay, 1)})
	n.ToEpoch(n.Epoch() + 2)
	withdrawAll(n)
	tally := channelTally(n, pay, g.nodes...)
	tally.Net = g.won().Sub(fair(n, pay))
	return tally
}

// playJackpotWaiter nets what who waits has over the pay for its work with all the emission that can follow: however few share an epoch, it is not
// more than κ of what was burnt. That waiting gives it more than a crowded epoch does is told beside: others in that epoch have more by it
// as well. Claims of deals and of being there cannot wait, each epoch has its own.
func playJackpotWaiter(t testing.TB) Tally {
	t.Helper()
	prompt, waits := jackpot(t, false), jackpot(t, true)
	assert.True(t, prompt.Net.IsNegative(), "the first epoch is not crowded")
	assert.True(t, waits.Net.GTE(prompt.Net))
	waits.Above = fmt.Sprintf("%s more than in an epoch whose emission is short", waits.Net.Sub(prompt.Net))
	return waits
}
