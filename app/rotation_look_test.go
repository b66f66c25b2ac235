package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/mesh-protocol/mesh/app/rotation"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

const (
	lookDelay  = 8
	lookMargin = 4
	// lookNeed is how many reveals must be left: those of two registrations and the margin.
	lookNeed = 2*lookDelay + lookMargin
	// valoper is the validator of the tests.
	valoper = "meshvaloper1x"
)

var errNode = errors.New("chain out of order")

// fakeNode is the node and the secrets around a rotation.
type fakeNode struct {
	state   *rotation.State
	fail    string // what returns errNode
	noKey   bool
	lengths []uint64
	sent    []beacontypes.MsgRegister
	looks   int
}

func (w *fakeNode) State(context.Context) (*rotation.State, error) {
	w.looks++
	if w.fail == "state" {
		return nil, errNode
	}
	return w.state, nil
}

func (w *fakeNode) CanSign(validator string) error {
	if w.fail == "key" {
		return errNode
	}
	if w.noKey {
		return fmt.Errorf("%w: %s", rotation.ErrNoKey, validator)
	}
	return nil
}

func (w *fakeNode) Register(_ context.Context, msg *beacontypes.MsgRegister) error {
	if w.fail == "register" {
		return errNode
	}
	w.sent = append(w.sent, *msg)
	return nil
}

func (w *fakeNode) Create(length uint64) ([]byte, error) {
	if w.fail == "create" {
		return nil, errNode
	}
	w.lengths = append(w.lengths, length)
	return bytes.Repeat([]byte{byte(len(w.lengths))}, beacontypes.HashBytes), nil
}

// revealsLeft makes a validator at a height whose chain of 1,000 reveals has some left.
func revealsLeft(height int64, reveals uint64) *rotation.State {
	r := beacontypes.NewRevealer(valoper, 1, bytes.Repeat([]byte{0xaa}, beacontypes.HashBytes), 1_000, 1)
	r.Current.Used = 1_000 - reveals
	return &rotation.State{Height: height, Delay: lookDelay, Revealer: r}
}

func newRotation(t *testing.T, w *fakeNode, logger log.Logger) *rotation.Rotation {
	t.Helper()
	r, err := rotation.New(rotation.Config{Every: 10 * time.Second, Margin: lookMargin}, w, w, logger)
	require.NoError(t, err)
	return r
}

func TestRotationConfig(t *testing.T) {
	require.NoError(t, rotation.DefaultConfig().Validate())
	for _, c := range []rotation.Config{{}, {Every: -1}, {Every: 1, Margin: 1<<16 + 1}} {
		_, err := rotation.New(c, nil, nil, log.NewNopLogger())
		require.Error(t, err, "%+v", c)
	}
}

// TestLookBeginsInTime: a new chain is made when fewer reveals are left than two registrations and
// the margin take, as long as the one before it, and not twice.
func TestLookBeginsInTime(t *testing.T) {
	w := &fakeNode{state: revealsLeft(100, lookNeed+1)}
	r := newRotation(t, w, log.NewNopLogger())
	require.NoError(t, r.Look(t.Context()))
	require.Empty(t, w.sent)
	w.state = revealsLeft(101, lookNeed)
	require.NoError(t, r.Look(t.Context()))
	require.Equal(t, []beacontypes.MsgRegister{{Validator: valoper, Tip: bytes.Repeat([]byte{1}, 32), Length: 1_000}}, w.sent)
	require.NoError(t, r.Look(t.Context()))
	require.Len(t, w.sent, 1, "it is on its way")

	w.state = revealsLeft(103, lookNeed-2)
	w.state.Revealer.Next = beacontypes.NewChain(w.sent[0].Tip, 1_000, 103+lookDelay)
	require.NoError(t, r.Look(t.Context()))
	w.state.Height += lookDelay - 1 // the new chain is in use with the next block
	require.NoError(t, r.Look(t.Context()))
	require.Len(t, w.sent, 1)
	w.state.Revealer.Next.Used = 1_000 - lookNeed
	require.NoError(t, r.Look(t.Context()))
	require.Equal(t, bytes.Repeat([]byte{2}, 32), w.sent[1].Tip, "the new chain is used up one day too")
}

// TestShortChainsGrow: a chain that would be due at once is never made.
func TestShortChainsGrow(t *testing.T) {
	for _, c := range []struct{ last, next uint64 }{{2, 4 * lookNeed}, {4*lookNeed - 1, 4 * lookNeed}, {4*lookNeed + 1, 4*lookNeed + 1}, {beacontypes.MaxLength, beacontypes.MaxLength}} {
		w := &fakeNode{state: revealsLeft(100, 1)}
		w.state.Revealer.Current.Length, w.state.Revealer.Current.Used = c.last, c.last-1
		require.NoError(t, newRotation(t, w, log.NewNopLogger()).Look(t.Context()))
		require.Equal(t, []uint64{c.next}, w.lengths)
	}
}

// TestLookRetriesWithTheSameChain: a registration that did not come about is sent again, some blocks
// later and with the secret that is on disk.
func TestLookRetriesWithTheSameChain(t *testing.T) {
	w := &fakeNode{state: revealsLeft(100, lookNeed)}
	r := newRotation(t, w, log.NewNopLogger())
	for _, what := range []string{"state", "key", "create", "register"} {
		w.fail = what
		require.ErrorIs(t, r.Look(t.Context()), errNode, what)
	}
	w.fail = ""
	require.NoError(t, r.Look(t.Context()))
	require.Len(t, w.lengths, 1)
	for height := int64(101); height < 101+lookDelay/4+5; height++ {
		w.state = revealsLeft(height-1, lookNeed)
		require.NoError(t, r.Look(t.Context()))
		require.Len(t, w.sent, 1, "height %d", height)
	}
	w.state = revealsLeft(100+lookDelay/4+5, lookNeed)
	require.NoError(t, r.Look(t.Context()))
	require.Len(t, w.sent, 2)
	require.Equal(t, w.sent[0], w.sent[1])
	require.Len(t, w.lengths, 1)
}

// TestNothingToRenew: a node that syncs or has no validator does nothing.
func TestNothingToRenew(t *testing.T) {
	w := &fakeNode{}
	require.NoError(t, newRotation(t, w, log.NewNopLogger()).Look(t.Context()))
	require.Empty(t, w.lengths)
}

// TestMissingKeyIsTold with what to run, and again when half of what was left is gone; no secret is
// made that nobody can register.
func TestMissingKeyIsTold(t *testing.T) {
	var out strings.Builder
	w := &fakeNode{noKey: true}
	r := newRotation(t, w, log.NewLogger(&out, log.ColorOption(false)))
	told := 0
	for reveals := int64(lookNeed); reveals >= 0; reveals-- {
		w.state = revealsLeft(1_000-reveals, uint64(reveals))
		require.NoError(t, r.Look(t.Context()))
		if n := strings.Count(out.String(), "meshd beacon init"); n != told {
			told = n
			require.Contains(t, []int64{20, 9, 4, 1, 0}, reveals)
		}
	}
	require.Equal(t, 5, told)
	require.NoError(t, r.Look(t.Context()))
	require.Equal(t, 5, strings.Count(out.String(), "meshd beacon init"), "there is nothing new to tell")
	require.Contains(t, out.String(), "reveals_left")
	require.Contains(t, out.String(), "the key of the validator is not at hand")
	require.Empty(t, w.lengths)
	w.noKey = false
	require.NoError(t, r.Look(t.Context()))
	require.Len(t, w.sent, 1, "the key has come")
}

// TestRun looks at its pace, goes on after an error, and ends with its context.
func TestRotationRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := &fakeNode{state: revealsLeft(100, lookNeed), fail: "register"}
		var out strings.Builder
		r := newRotation(t, w, log.NewLogger(&out, log.ColorOption(false)))
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx) }()
		<-time.After(10*time.Second - 1)
		synctest.Wait()
		require.Zero(t, w.looks)
		<-time.After(10*time.Second + 1)
		synctest.Wait()
		require.Equal(t, 2, w.looks)
		require.Equal(t, 2, strings.Count(out.String(), "chain out of order"))
		w.fail = ""
		<-time.After(10 * time.Second)
		synctest.Wait()
		require.Len(t, w.sent, 1)
		cancel()
		require.NoError(t, <-done)
	})
}
