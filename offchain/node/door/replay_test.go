package door_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// TestReplayedAndReordered shows a holder over real sockets what it has been shown before: by the client again, by a peer that
// has heard it, elsewhere than it is for, too late, and in another order. What is harmless is answered as before, all else is
// refused with its reason, and in no case has the holder more, less or something else afterwards.
func TestReplayedAndReordered(t *testing.T) {
	shown := func(from func(*eavesdropped) *remote.Remote, grant func(*eavesdropped) *wire.Grant) func(*eavesdropped) error {
		return func(w *eavesdropped) error { return w.open(from(w)).Grant(w.Context(), grant(w)) }
	}
	client := func(w *eavesdropped) *remote.Remote { return w.client }
	thief := func(w *eavesdropped) *remote.Remote { return w.copies }
	captured := func(w *eavesdropped) *wire.Grant { return w.grant }
	signed := func(by holdertest.Client, change func(w *eavesdropped, g *wire.Granted)) func(*eavesdropped) *wire.Grant {
		return func(w *eavesdropped) *wire.Grant {
			g := w.granted(7)
			change(w, &g)
			return by.Grant(g)
		}
	}
	after := func(change func(*eavesdropped)) func(*eavesdropped) *wire.Grant {
		return func(w *eavesdropped) *wire.Grant {
			change(w)
			return w.grant
		}
	}
	// stored sends versions under grants for these deals, in this order.
	stored := func(deals []uint64, change func(*eavesdropped) remote.Change) func(*eavesdropped) error {
		return func(w *eavesdropped) error {
			h := w.open(w.client)
			for _, deal := range deals {
				require.NoError(w, h.Grant(w.Context(), buyer.Grant(w.granted(deal))))
			}
			_, err := h.Store(w.Context(), change(w))
			return err
		}
	}
	version := func(number int) func(*eavesdropped) remote.Change {
		return func(w *eavesdropped) remote.Change { return w.changes[number-1] }
	}

	for name, tc := range map[string]struct {
		try  func(*eavesdropped) error
		want wire.Code
		says string
	}{
		"ok: the same grant on another stream": {shown(client, captured), wire.Accepted, ""},
		"ok: the same grant twice on a stream": {func(w *eavesdropped) error {
			h := w.open(w.client)
			require.NoError(w, h.Grant(w.Context(), w.grant))
			return h.Grant(w.Context(), w.grant)
		}, wire.Accepted, ""},
		"ok: the same version again":              {stored([]uint64{7}, version(2)), wire.Accepted, ""},
		"fails: by a peer that has heard it":      {shown(thief, captured), wire.NotGranted, notSigned(7)},
		"fails: for another holder":               {shown(client, signed(buyer, func(_ *eavesdropped, g *wire.Granted) { g.Holder[0]++ })), wire.NotGranted, notSigned(7)},
		"fails: for another sender":               {shown(client, signed(buyer, func(w *eavesdropped, g *wire.Granted) { g.Sender = w.thief })), wire.NotGranted, notSigned(7)},
		"fails: of another client":                {shown(client, signed(otherBuyer, func(*eavesdropped, *wire.Granted) {})), wire.NotGranted, notSigned(7)},
		"fails: for the deal of another client":   {shown(client, signed(buyer, func(_ *eavesdropped, g *wire.Granted) { g.Deal = 9 })), wire.NotGranted, notSigned(9)},
		"fails: for a deal that is not here":      {shown(client, signed(buyer, func(_ *eavesdropped, g *wire.Granted) { g.Deal = 10 })), wire.NotGranted, "deal 10 has no index here"},
		"fails: for an index that is not here":    {shown(client, signed(buyer, func(_ *eavesdropped, g *wire.Granted) { g.Index = 0 })), wire.NotGranted, "index 0 of deal 7 is not here"},
		"fails: of another network":               {shown(client, func(w *eavesdropped) *wire.Grant { return elsewhere(w.granted(7)) }), wire.NotGranted, notSigned(7)},
		"fails: shown as one for another deal":    {shown(client, altered(func(m *wire.Grant) { m.Deal = 8 })), wire.NotGranted, notSigned(8)},
		"fails: shown as a newer one":             {shown(client, altered(func(m *wire.Grant) { m.Height++ })), wire.NotGranted, notSigned(7)},
		"fails: another bit of the signature":     {shown(client, altered(func(m *wire.Grant) { m.Signature[63] ^= 1 })), wire.NotGranted, notSigned(7)},
		"fails: 101 blocks later":                 {shown(client, after(func(w *eavesdropped) { w.chain.Mine(101) })), wire.NotGranted, "grant of height 1000 at 1101"},
		"fails: after the index went to another":  {shown(client, after(goesToAnother)), wire.NotGranted, "deal 7 has no index here"},
		"fails: after the deal was settled":       {shown(client, after(settles)), wire.NotGranted, "deal 7 has no index here"},
		"fails: store before its grant":           {stored(nil, version(2)), wire.NotGranted, "store without a grant for deal 7"},
		"fails: store after the grant of another": {stored([]uint64{7, 8}, version(2)), wire.NotGranted, "store without a grant for deal 7"},
		"fails: older version after the newer":    {stored([]uint64{7}, version(1)), wire.BadList, "version 1, the chain has 2"},
		"fails: older version as a newer one": {stored([]uint64{7}, func(w *eavesdropped) remote.Change {
			c := w.changes[0]
			c.Made.Version = 2
			return c
		}), wire.BadList, "the chain has another version 2"},
		"fails: put before its grant": {func(w *eavesdropped) error {
			s, pieces := holdertest.Segment(5, pieces3, 1000)
			p, err := w.open(w.client).Put(w.Context(), s.Roots[index1], pieces[index1])
			require.NoError(w, err)
			return p.Wait()
		}, wire.NotGranted, "put without a grant"},
	} {
		t.Run(name, func(t *testing.T) {
			w := eavesdrop(t)
			before := w.kept()
			require.Len(t, before["pieces of deal 7"], 2)
			require.Equal(t, []any{true, true}, []any{before["ack of version 1"], before["ack of version 2"]})
			err := tc.try(w)
			if tc.want == wire.Accepted {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, tc.want)
				require.ErrorContains(t, err, tc.says)
			}
			require.Equal(t, before, w.kept())
		})
	}
}

// altered is the captured grant with a change that its signature does not cover.
func altered(change func(m *wire.Grant)) func(*eavesdropped) *wire.Grant {
	return func(w *eavesdropped) *wire.Grant {
		m := *w.grant
		m.Signature = append([]byte(nil), m.Signature...)
		change(&m)
		return &m
	}
}

// goesToAnother gives the holder's index of deal 7 to another node.
func goesToAnother(w *eavesdropped) {
	w.chain.Change(7, func(_ *work.Deal, at []work.Index) { at[index1].Node = 55 })
}

// settles ends deal 7.
func settles(w *eavesdropped) {
	w.chain.Change(7, func(d *work.Deal, _ []work.Index) { d.Settled = true })
}

// notSigned is the reason for a grant that allows something else.
func notSigned(deal int) string {
	return fmt.Sprintf("not signed by the client of deal %d for this holder and sender", deal)
}
