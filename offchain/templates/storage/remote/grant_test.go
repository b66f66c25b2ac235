package remote_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
)

func leave(_ *work.Deal, at []work.Index) { at[index].Node = 0 }

func giveAway(_ *work.Deal, at []work.Index) { at[index].Node = 55 }

func TestGrantRefused(t *testing.T) {
	tests := []struct {
		name   string
		change func(r *rig, g *wire.Granted) *wire.Grant
		want   wire.Code
	}{
		{"ok: as it should be", func(_ *rig, g *wire.Granted) *wire.Grant { return client.Grant(*g) }, wire.Accepted},
		{"ok: oldest", func(_ *rig, g *wire.Granted) *wire.Grant { g.Height -= 100; return client.Grant(*g) }, wire.Accepted},
		{"ok: most ahead", func(_ *rig, g *wire.Granted) *wire.Grant { g.Height += 100; return client.Grant(*g) }, wire.Accepted},
		{"fails: too old", func(_ *rig, g *wire.Granted) *wire.Grant { g.Height -= 101; return client.Grant(*g) }, wire.NotGranted},
		{"fails: too far ahead", func(_ *rig, g *wire.Granted) *wire.Grant { g.Height += 101; return client.Grant(*g) }, wire.NotGranted},
		{"fails: for another holder", func(_ *rig, g *wire.Granted) *wire.Grant { g.Holder[0]++; return client.Grant(*g) }, wire.NotGranted},
		{"fails: for another sender", func(_ *rig, g *wire.Granted) *wire.Grant { g.Sender[0]++; return client.Grant(*g) }, wire.NotGranted},
		{"fails: for an unknown deal", func(_ *rig, g *wire.Granted) *wire.Grant { g.Deal = 8; return client.Grant(*g) }, wire.NotGranted},
		{"fails: for another index", func(_ *rig, g *wire.Granted) *wire.Grant { g.Index = 0; return client.Grant(*g) }, wire.NotGranted},
		{"fails: of another client", func(_ *rig, g *wire.Granted) *wire.Grant { return holdertest.Client(2).Grant(*g) }, wire.NotGranted},
		{"fails: signed for another deal", func(r *rig, g *wire.Granted) *wire.Grant {
			r.chain.Open(8, client, n, index, space)
			m := client.Grant(*g)
			m.Deal = 8
			return m
		}, wire.NotGranted},
		{"fails: height changed", func(_ *rig, g *wire.Granted) *wire.Grant { m := client.Grant(*g); m.Height++; return m }, wire.NotGranted},
		{"fails: signature changed", func(_ *rig, g *wire.Granted) *wire.Grant { m := client.Grant(*g); m.Signature[9]++; return m }, wire.NotGranted},
		{"fails: index is not ours", func(r *rig, g *wire.Granted) *wire.Grant { r.chain.Change(7, giveAway); return client.Grant(*g) }, wire.NotGranted},
		{"fails: deal is settled", func(r *rig, g *wire.Granted) *wire.Grant {
			r.chain.Change(7, func(d *work.Deal, _ []work.Index) { d.Settled = true })
			return client.Grant(*g)
		}, wire.NotGranted},
		{"fails: deal of another network", func(r *rig, g *wire.Granted) *wire.Grant {
			r.chain.Change(7, func(d *work.Deal, _ []work.Index) { d.Network = "net_00000002" })
			return client.Grant(*g)
		}, wire.NotGranted},
		{"fails: node has no number yet", func(r *rig, g *wire.Granted) *wire.Grant {
			r.chain.Own = 0
			r.chain.Change(7, leave)
			return client.Grant(*g)
		}, wire.NotGranted},
		{"fails: chain cannot be asked", func(r *rig, g *wire.Granted) *wire.Grant { r.chain.Fail(errors.New("down")); return client.Grant(*g) }, wire.Internal},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(r *rig) {
				g := r.granted(7)
				h := r.open()
				err := h.Grant(r.t.Context(), test.change(r, &g))
				if test.want == wire.Accepted {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, test.want)
				require.ErrorIs(t, r.ends()[0], holder.ErrRefused)
				err = h.Grant(r.t.Context(), client.Grant(r.granted(7)))
				require.ErrorIs(t, err, remote.ErrEnded)
			})
		})
	}
}

func TestNothingIsStoredWithoutAGrant(t *testing.T) {
	run(t, func(r *rig) {
		for _, length := range []int{1000, 3 << 20} { // one fits into the stream at once, one is being written when it ends
			h := r.open()
			s, pieces := holdertest.Segment(1, n, length)
			p, err := h.Put(r.t.Context(), s.Roots[index], pieces[index])
			require.NoError(t, err)
			require.ErrorIs(t, p.Wait(), wire.NotGranted)
			require.ErrorIs(t, p.Wait(), wire.NotGranted)

			h = r.open()
			require.ErrorIs(t, store(r, h, 1, r.list(1000, 1)), wire.NotGranted)
		}
		for _, err := range r.ends() {
			require.ErrorIs(t, err, holder.ErrRefused)
		}
		require.Empty(t, r.store.Refs(7))
	})
}
