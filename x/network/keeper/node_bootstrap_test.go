package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// record is a signed record of a host that counts until a height.
func (f *nodeFixture) record(t require.TestingT, n types.Network, publisher sdk.AccAddress, host string, until int64) *types.MsgPublishBootstrap {
	r := types.Bootstrap{PeerKey: hostPublic(host), Addrs: []string{"/ip4/192.0.2.1/udp/4001/quic-v1"}, ExpiresHeight: until}
	sig, err := r.Sign(hostKey(host), domain(n))
	require.NoError(t, err)
	return &types.MsgPublishBootstrap{Publisher: f.text(t, publisher), Network: n.Id, Record: r, PeerSignature: sig}
}

// published returns the records that count now.
func (f *nodeFixture) published(t require.TestingT, n types.Network) []types.Bootstrap {
	res, err := f.queries.Bootstraps(f.ctx, &types.QueryBootstrapsRequest{Network: n.Id})
	require.NoError(t, err)
	return res.Records
}

// TestPublishBootstrap: who may, and until when.
func TestPublishBootstrap(t *testing.T) {
	const last = height + types.MaxBootstrapBlocks
	for _, c := range []struct {
		name      string
		publisher string
		host      string
		until     int64
		change    func(*types.MsgPublishBootstrap)
		is        error
	}{
		{"ok: founder, of a host that is no node", "founder", "free", height + 1, nil, nil},
		{"ok: founder, of another's node", "founder", "one", last, nil, nil},
		{"ok: owner", "ann", "one", last, nil, nil},
		{"ok: operator", "operator", "one", last, nil, nil},
		{"fails: owner, of a host that is no node", "ann", "free", last, nil, types.ErrUnauthorized},
		{"fails: owner of another node", "ann", "two", last, nil, types.ErrUnauthorized},
		{"fails: owner of a node without bond", "cal", "poor", last, nil, types.ErrUnauthorized},
		{"fails: nobody", "eve", "one", last, nil, types.ErrUnauthorized},
		{"fails: over already", "founder", "one", height, nil, types.ErrInvalidBootstrap},
		{"fails: for too long", "founder", "one", last + 1, nil, types.ErrInvalidBootstrap},
		{"fails: before all time", "founder", "one", -1 << 63, nil, types.ErrInvalidBootstrap},
		{"fails: until the end of time", "founder", "one", 1<<63 - 1, nil, types.ErrInvalidBootstrap},
		{"fails: publisher is no account", "founder", "one", last, func(m *types.MsgPublishBootstrap) { m.Publisher = "founder" }, types.ErrInvalidRequest},
		{"fails: unknown network", "founder", "one", last, func(m *types.MsgPublishBootstrap) { m.Network = "net_00000000" }, types.ErrNetworkNotFound},
		{"fails: record not well formed", "founder", "one", last, func(m *types.MsgPublishBootstrap) { m.Record.Addrs = nil }, types.ErrInvalidBootstrap},
		{"fails: changed after it was signed", "founder", "one", last, func(m *types.MsgPublishBootstrap) { m.Record.ExpiresHeight-- }, types.ErrInvalidSignature},
		{"fails: not signed", "founder", "one", last, func(m *types.MsgPublishBootstrap) { m.PeerSignature = nil }, types.ErrInvalidSignature},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newNodeFixture(t, 1)
			n := f.nets[0]
			f.register(t, n, account("ann"), "one", minBond)
			f.register(t, n, account("bob"), "two", minBond)
			f.register(t, n, account("cal"), "poor", minBond-1)
			publisher := account(c.publisher)
			if c.publisher == "operator" {
				publisher = operator("one")
			}
			msg := f.record(t, n, publisher, c.host, c.until)
			if c.change != nil {
				c.change(msg)
			}
			before := f.snapshot()
			ctx, events := f.withEvents()
			_, err := f.msgs.PublishBootstrap(ctx, msg)
			require.ErrorIs(t, err, c.is)
			if c.is != nil {
				require.Equal(t, before, f.snapshot())
				require.Empty(t, events())
				return
			}
			require.Equal(t, []types.Bootstrap{msg.Record}, f.published(t, n))
			event, err := sdk.TypedEventToEvent(&types.EventBootstrapPublished{Network: n.Id, PeerId: types.PeerID(hostPublic(c.host)), ExpiresHeight: c.until})
			require.NoError(t, err)
			require.Equal(t, sdk.Events{event}, events())
		})
	}
}

// TestBootstrapSignedForAnotherNetwork counts in that one only.
func TestBootstrapSignedForAnotherNetwork(t *testing.T) {
	f := newNodeFixture(t, 2)
	msg := f.record(t, f.nets[0], f.founder, "one", height+1)
	msg.Network = f.nets[1].Id
	_, err := f.msgs.PublishBootstrap(f.ctx, msg)
	require.ErrorIs(t, err, types.ErrInvalidSignature)
}

// TestBootstrapsAreBounded: 32 that count; a host replaces its own, and what is over makes room.
func TestBootstrapsAreBounded(t *testing.T) {
	f := newNodeFixture(t, 2)
	n := f.nets[0]
	publish := func(host string, until int64) error {
		_, err := f.msgs.PublishBootstrap(f.ctx, f.record(t, n, f.founder, host, until))
		return err
	}
	for i := range types.MaxBootstraps {
		until := int64(height + 10)
		if i < 2 {
			until = height + 1
		}
		require.NoError(t, publish(fmt.Sprint(i), until))
	}
	before := f.snapshot()
	require.ErrorIs(t, publish("more", height+10), types.ErrLimit)
	require.Equal(t, before, f.snapshot())
	require.NoError(t, publish("7", height+11), "its own is replaced")
	require.Len(t, f.published(t, n), types.MaxBootstraps)
	_, err := f.msgs.PublishBootstrap(f.ctx, f.record(t, f.nets[1], f.founder, "more", height+10))
	require.NoError(t, err, "networks count by themselves")

	f.block(t) // the last height at which the first two count
	require.Len(t, f.published(t, n), types.MaxBootstraps)
	require.ErrorIs(t, publish("more", height+10), types.ErrLimit)
	f.block(t)
	require.Len(t, f.published(t, n), types.MaxBootstraps-2)
	require.NoError(t, publish("more", height+10))
	require.NoError(t, publish("0", height+10))
	require.ErrorIs(t, publish("even more", height+10), types.ErrLimit)
	require.Len(t, f.published(t, n), types.MaxBootstraps)
	require.Len(t, f.export(t).Bootstraps, types.MaxBootstraps+1, "what is over is gone")
}

// TestOlderBootstrapCannotComeBack: what a host signed before, and anyone may have kept, does not
// replace what it signed later.
func TestOlderBootstrapCannotComeBack(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	f.register(t, n, account("ann"), "one", minBond)
	older := f.record(t, n, account("ann"), "one", height+5)
	newer := f.record(t, n, account("ann"), "one", height+6)
	_, err := f.msgs.PublishBootstrap(f.ctx, older)
	require.NoError(t, err)
	_, err = f.msgs.PublishBootstrap(f.ctx, newer)
	require.NoError(t, err)
	before := f.snapshot()
	older.Publisher = n.Founder
	for _, msg := range []*types.MsgPublishBootstrap{older, newer} {
		_, err = f.msgs.PublishBootstrap(f.ctx, msg)
		require.ErrorIs(t, err, types.ErrInvalidBootstrap)
		require.Equal(t, before, f.snapshot())
	}
	f.until(t, height+7)
	_, err = f.msgs.PublishBootstrap(f.ctx, older)
	require.ErrorIs(t, err, types.ErrInvalidBootstrap, "it is over, as the newer one is")
}
