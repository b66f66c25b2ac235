package client_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// That holders cannot be reached may be the client's own network: no other deal is paid for, unless space was asked for; one that there
// is and whose holders answer is used.
func TestHoldersOutOfReach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(8)
		w.with(t, func(c *client.Client) {
			put(t, c, "first", content(1, 1_000), tinyDeal)
			away := func(context.Context, string) error { return errBroken }
			w.nodes.each(away, 1, 2, 3, 4)
			_, err := c.Put(t.Context(), []client.Source{client.BytesSource("second", nil)}, tinyDeal)
			require.ErrorIs(t, err, client.ErrHolders)
			require.ErrorIs(t, err, errBroken)
			require.ErrorContains(t, err, "deal 1: ")
			require.Len(t, w.chain.deals, 1)

			w.chain.full = map[uint64]bool{1: true, 2: true, 3: true, 4: true}
			require.Equal(t, uint64(2), put(t, c, "third", nil, client.PutOptions{Profile: tinyDeal.Profile, Space: 1}).Deal)
			require.Equal(t, uint64(2), put(t, c, "fourth", nil, tinyDeal).Deal)
			require.Len(t, w.chain.deals, 2)
		})
	})
}

// Holders without room are why a put fails where they, and not others that do not answer, are those that are missing; in which order
// they say so does not matter.
func TestWhyHoldersAreTooFew(t *testing.T) {
	for name, c := range map[string]struct {
		e    client.HoldersError
		full bool
	}{
		"one of them":        {client.HoldersError{Need: 6, Have: 5, Full: 1}, true},
		"with one not there": {client.HoldersError{Need: 6, Have: 5, Full: 2}, true},
		"with too many away": {client.HoldersError{Need: 6, Have: 3, Full: 2}, false},
		"none of them":       {client.HoldersError{Need: 6, Have: 5}, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, last := range []error{nil, errBroken, refuse(wire.Quota)} {
				c.e.Err = last
				require.ErrorIs(t, &c.e, client.ErrHolders)
				require.Equal(t, c.full, errors.Is(&c.e, client.ErrFull))
				require.True(t, last == nil || errors.Is(&c.e, last))
			}
		})
	}
	for _, order := range [][]int{{1, 2, 3}, {3, 1, 2}} { // node 3 breaks, 1 and 2 have no room
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(4)
			w.with(t, func(c *client.Client) {
				var mu sync.Mutex
				turn := sync.NewCond(&mu)
				next := 0
				fails := func(number int, why error) func(context.Context, string) error {
					return func(_ context.Context, op string) error {
						if op != "Put" {
							return nil
						}
						mu.Lock()
						defer mu.Unlock()
						for next < slices.Index(order, number) {
							turn.Wait()
						}
						next++
						turn.Broadcast()
						return why
					}
				}
				w.nodes.each(fails(1, refuse(wire.Quota)), 1)
				w.nodes.each(fails(2, refuse(wire.Quota)), 2)
				w.nodes.each(fails(3, errBroken), 3)
				_, err := c.Put(t.Context(), []client.Source{client.BytesSource("x", nil)}, tinyDeal)
				require.ErrorIs(t, err, client.ErrFull)
			})
		})
	}
}

// Once what is about to be sent could only be written down with the room that was set aside, it is not sent: what came of it could not
// be written down. Nothing is paid, and nothing stored that the client does not know of.
func TestNothingIsSentWithTheLastRoom(t *testing.T) {
	for name, call := range map[string]string{"deal": "OpenDeal", "layout": "CommitLayout"} {
		t.Run(name, func(t *testing.T) {
			sent, tried := 0, 0
			for after := int64(0); sent == 0; after++ {
				w := newWorld(4)
				s := shortage{of: writes, spare: 1 << 30}
				disk := s.on(w.fs)
				synctest.Test(t, func(t *testing.T) {
					c, err := client.NewOn(w.cfg, w.chain, w.nodes, disk)
					require.NoError(t, err)
					if call == "CommitLayout" {
						put(t, c, "first", nil, tinyDeal)
					}
					w.chain.fault = func(name string, after bool) error {
						if name == call && !after {
							require.False(t, s.struck.Load(), "it is sent with the room that was set aside")
							sent++
						}
						return nil
					}
					s.begin(after)
					_, err = c.Put(t.Context(), []client.Source{client.BytesSource("second", nil)}, tinyDeal)
					if s.struck.Load() && sent == 0 {
						tried++
						require.ErrorIs(t, err, syscall.ENOSPC)
						require.NotErrorIs(t, err, client.ErrUncertain)
						require.NotErrorIs(t, err, client.ErrUnopened)
					}
					s.begin(1 << 40)
					require.NoError(t, c.Close())
				})
			}
			require.Positive(t, tried)
		})
	}
}

// A deal that is the client's already is not taken for one whose opening was not answered, though it seems to be younger: the height of
// an opening may be that of an endpoint that lags.
func TestAnOpeningIsNotAnOlderDeal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			put(t, c, "first", nil, tinyDeal)
			w.chain.deals[1].LastEpoch = 1 // the next put needs another
			w.chain.mu.Lock()
			height := w.chain.height
			w.chain.height = 9 // as the endpoint says
			w.chain.mu.Unlock()
			w.chain.fault = func(name string, after bool) error {
				if name != "OpenDeal" {
					return nil
				}
				if !after {
					w.chain.mu.Lock()
					w.chain.height = height
					w.chain.mu.Unlock()
					return nil
				}
				return errLost
			}
			_, err := c.Put(t.Context(), []client.Source{client.BytesSource("second", nil)}, tinyDeal)
			require.ErrorIs(t, err, client.ErrUnopened)
			w.chain.fault = nil
			require.Equal(t, uint64(2), put(t, c, "third", nil, tinyDeal).Deal)
			require.Len(t, w.chain.deals, 2)
		})
	})
}
