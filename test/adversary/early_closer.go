package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// playEarlyCloser is a client that closes its channel as soon as it was served, and tries in every block of the notice to have its
// money back, or the end nearer, by itself and by a friend. Its node notices in the last block there is.
func playEarlyCloser(t testing.TB) Tally {
	t.Helper()
	d := newDebtor(t)
	n, friend := d.net, d.net.NewPayer()
	n.Do(d.Account, d.CloseMsg(d.channel))
	last := n.Chain.Height() + int64(n.Terms().Pay.NoticeBlocks)
	var again, byFriend, nearer []*storage.Tx
	for n.Chain.Height() < last-1 {
		again = append(again, n.Try(d.Account, d.CloseMsg(d.channel)))
		nearer = append(nearer, n.Try(d.Account, d.TopUpMsg(d.channel, 1, last-1)))
		byFriend = append(byFriend, n.Try(friend.Account, friend.CloseMsg(d.channel)))
		n.Next()
	}
	present(t, n, d.node.Operator, presented{voucher: d.latest})
	assertRefused(t, again, tasktypes.ErrWrongState)
	assertRefused(t, nearer, tasktypes.ErrInvalidChannel)
	assertRefused(t, byFriend, tasktypes.ErrUnauthorized)
	assert.Nil(t, n.Channel(d.channel), "what was left is back with the end of the notice")
	return d.tally(t)
}
