package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// debtor is a client that has been served for vouchers which its node has not brought to the chain yet.
type debtor struct {
	*storage.Payer
	net     *storage.Network
	node    *storage.Holder
	channel uint64
	start   math.Int
	// latest is the voucher the node has.
	latest tasktypes.Voucher
}

// served is what debtors have promised for what they got, in base units.
const served = 800 * storage.Token

// newDebtor opens a channel in the first epoch of a network of one node, with more in it than it promises.
func newDebtor(t testing.TB) *debtor {
	t.Helper()
	n := storage.New(t, storage.Config{})
	d := &debtor{net: n, node: joinEach(n, storage.Bond)[0], Payer: n.NewPayer()}
	n.ToEpoch(1)
	d.start = n.Wealth(d.String())
	d.channel = d.Open(d.node.ID, served+200*storage.Token, n.Chain.Height()+500)
	d.latest = d.Voucher(d.channel, served, 8)
	return d
}

// tally nets what the client was served for over what it has paid. The node must have all of it.
func (d *debtor) tally(t testing.TB) Tally {
	t.Helper()
	d.net.ToEpoch(d.net.Epoch() + 2)
	withdrawAll(d.net)
	assert.Equal(t, fair(d.net, served).String(), d.net.Books.Node(d.node.ID).Withdrawn.String(), "what the node is paid")
	tally := channelTally(d.net, served, d.node)
	tally.Net = math.NewInt(served).Sub(d.start.Sub(d.net.Wealth(d.String())))
	return tally
}
