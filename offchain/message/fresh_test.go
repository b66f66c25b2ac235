package message_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

func TestCheckHeight(t *testing.T) {
	cases := []struct {
		name   string
		height uint64
		own    uint64
		signed bool
		err    error
	}{
		{"ok: same", 100, 100, true, nil},
		{"ok: 20 behind", 80, 100, true, nil},
		{"ok: 20 ahead", 120, 100, true, nil},
		{"fails: 21 behind", 79, 100, true, message.ErrStale},
		{"fails: 21 ahead", 121, 100, true, message.ErrStale},
		{"fails: unsigned and 21 behind", 79, 100, false, message.ErrStale},
		{"ok: our height is unknown", 5000, 0, true, nil},
		{"ok: unsigned without height", 0, 5000, false, nil},
		{"fails: signed without height", 0, 5000, true, message.ErrStale},
		{"fails: no wrap-around", math.MaxUint64, 1, true, message.ErrStale},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := signed(t)
			e.Height = c.height
			if !c.signed {
				e.Signer, e.Sig = nil, nil
			}
			require.ErrorIs(t, message.DefaultFreshness().CheckHeight(e, c.own), c.err)
		})
	}
}

func TestDeadlineIsClamped(t *testing.T) {
	f := message.DefaultFreshness()
	require.Equal(t, 15*time.Second, f.Deadline(&message.Envelope{}))
	seeded.Property(t, func(t *rapid.T) {
		ms := rapid.Uint64Min(1).Draw(t, "ms")
		d := f.Deadline(&message.Envelope{DeadlineMs: ms})
		if ms <= 60_000 {
			require.Equal(t, time.Duration(ms)*time.Millisecond, d)
		} else {
			require.Equal(t, time.Minute, d)
		}
	})
}

func TestChecker(t *testing.T) {
	c := message.Checker{Domain: home, Freshness: message.DefaultFreshness(), Height: func() uint64 { return 100 }}
	require.NoError(t, c.Check(signed(t)))
	require.NoError(t, c.Check(message.NewEnvelope(message.TypePing, nil)))
	forged := signed(t)
	forged.Sig[0] ^= 1
	require.ErrorIs(t, c.Check(forged), proof.ErrSignature)
	c.Domain.Network = "net_00000002"
	require.ErrorIs(t, c.Check(signed(t)), proof.ErrSignature)
	c.Height = func() uint64 { return 200 }
	require.ErrorIs(t, c.Check(signed(t)), message.ErrStale)
}

func TestReplay(t *testing.T) {
	now := time.Unix(0, 0)
	r := message.NewReplay(3, time.Minute, func() time.Time { return now })
	id := func(n byte) [message.IDSize]byte { return [message.IDSize]byte{n} }

	require.True(t, r.First("a", message.TypePing, id(1)))
	require.False(t, r.First("a", message.TypePing, id(1)))
	require.True(t, r.First("b", message.TypePing, id(1)), "a copy by another source does not spoil the true one")
	require.True(t, r.First("a", message.TypeCustom, id(1)), "nor does one of another type")
	require.Equal(t, 3, r.Len())
	require.Zero(t, r.Evicted())

	require.True(t, r.First("a", message.TypePing, id(2)), "full: the oldest is forgotten")
	require.Equal(t, 3, r.Len())
	require.Equal(t, uint64(1), r.Evicted())
	require.True(t, r.First("a", message.TypePing, id(1)))

	now = now.Add(time.Minute - 1)
	require.False(t, r.First("a", message.TypePing, id(1)))
	now = now.Add(1)
	require.True(t, r.First("a", message.TypePing, id(1)), "its time is over")
	require.Equal(t, 1, r.Len())
	require.Equal(t, uint64(2), r.Evicted())
}

// Against a model without bounds of its own: what was seen within the time and among the last size is known, and
// nothing else.
func TestReplayAgainstModel(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 8).Draw(t, "size")
		now := time.Unix(0, 0)
		r := message.NewReplay(size, 10*time.Second, func() time.Time { return now })
		type seen struct {
			id byte
			at time.Time
		}
		var model []seen
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "seconds")) * time.Second)
			id := rapid.ByteRange(0, 12).Draw(t, "id")
			for len(model) > 0 && now.Sub(model[0].at) >= 10*time.Second {
				model = model[1:]
			}
			known := false
			for _, s := range model {
				known = known || s.id == id
			}
			require.Equal(t, !known, r.First("a", message.TypePing, [message.IDSize]byte{id}))
			if !known {
				model = append(model, seen{id, now})
				model = model[max(0, len(model)-size):]
			}
			require.Equal(t, len(model), r.Len())
		}
	})
}
