package adversary

import (
	stdmath "math"
	"testing"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// playCountJumper is a client that redeems a voucher of its own for nearly nothing, which says that more tasks are paid than any other
// can, so that the one its node has would come too late for ever. Then it waits until its money comes back.
func playCountJumper(t testing.TB) Tally {
	t.Helper()
	d := newDebtor(t)
	jump := d.Voucher(d.channel, 5*storage.Token, stdmath.MaxUint64)
	present(t, d.net, d.Account, presented{voucher: jump})
	present(t, d.net, d.node.Operator, presented{voucher: d.latest})
	d.net.Do(d.Account, d.CloseMsg(d.channel))
	return d.tally(t)
}
