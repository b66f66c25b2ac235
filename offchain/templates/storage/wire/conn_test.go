package wire_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire/wiretest"
)

const patience = 10 * time.Second

// pair returns the two ends of a stream.
func pair(window int) (client, holder *wire.Conn, raw *wiretest.End) {
	a, b := wiretest.Pipe(window)
	return wire.NewConn(a, patience), wire.NewConn(b, patience), a
}

func never() bool { return false }

func TestConnCarriesMessagesAndBodies(t *testing.T) {
	client, holder, _ := pair(100)
	body := fill(9, 2*wire.BulkFrame+1)
	require.NoError(t, client.WriteRequest(putRequest()))
	require.NoError(t, client.WriteBody(body))
	require.NoError(t, client.CloseWrite())
	m, err := holder.ReadRequest(never)
	require.NoError(t, err)
	require.Equal(t, putRequest(), m)
	got, err := holder.ReadBody(uint64(len(body)))
	require.NoError(t, err)
	require.Equal(t, body, got)
	_, err = holder.ReadRequest(never)
	require.ErrorIs(t, err, io.EOF)

	require.NoError(t, holder.WriteAnswer(given()))
	require.NoError(t, holder.Close())
	a, err := client.ReadAnswer()
	require.NoError(t, err)
	require.Equal(t, given(), a)
	_, err = client.ReadAnswer()
	require.ErrorIs(t, err, io.EOF)
}

func TestConnRefusesOtherFrames(t *testing.T) {
	tests := []struct {
		name  string
		write func(*wiretest.End) error
		read  func(*wire.Conn) error
		want  error
	}{
		{"fails: short frame of a body", func(e *wiretest.End) error { return e.WriteBulk(fill(1, wire.BulkFrame-1)) },
			func(c *wire.Conn) error { _, err := c.ReadBody(wire.BulkFrame + 5); return err }, wire.ErrBody},
		{"fails: empty frame", func(e *wiretest.End) error { return e.WriteBulk(nil) },
			func(c *wire.Conn) error { _, err := c.ReadBody(5); return err }, wire.ErrBody},
		{"fails: long last frame", func(e *wiretest.End) error { return e.WriteBulk(fill(1, 6)) },
			func(c *wire.Conn) error { _, err := c.ReadBody(5); return err }, wiretest.ErrFrame},
		{"fails: message for a body", func(e *wiretest.End) error { return e.WriteBody(nil) },
			func(c *wire.Conn) error { return c.ReadFrame(make([]byte, 1)) }, wiretest.ErrFrame},
		{"fails: body for a message", func(e *wiretest.End) error { return e.WriteBulk(fill(1, 6)) },
			func(c *wire.Conn) error { _, err := c.ReadRequest(never); return err }, wiretest.ErrFrame},
		{"fails: empty request", func(e *wiretest.End) error { return e.WriteBody(nil) },
			func(c *wire.Conn) error { _, err := c.ReadRequest(never); return err }, wire.ErrInvalid},
		{"fails: no message", func(e *wiretest.End) error { return e.WriteBody(fill(0xff, 9)) },
			func(c *wire.Conn) error { _, err := c.ReadAnswer(); return err }, wire.ErrMalformed},
		{"fails: end inside a body", func(e *wiretest.End) error { return errors.Join(e.WriteBulk(fill(1, wire.BulkFrame)), e.CloseWrite()) },
			func(c *wire.Conn) error { _, err := c.ReadBody(wire.BulkFrame + 5); return err }, io.ErrUnexpectedEOF},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, holder, raw := pair(10)
			require.NoError(t, test.write(raw))
			require.ErrorIs(t, test.read(holder), test.want)
		})
	}
}

func TestConnInvalidMessageIsNotSent(t *testing.T) {
	client, holder, _ := pair(1)
	require.ErrorIs(t, client.WriteRequest(&wire.Request{}), wire.ErrInvalid)
	require.ErrorIs(t, holder.WriteAnswer(&wire.Answer{Follow: 1}), wire.ErrInvalid)
}

func TestConnWaitsNoLongerThanItsPatience(t *testing.T) {
	tests := []struct {
		name string
		wait func(*wire.Conn) error
	}{
		{"fails: no answer", func(c *wire.Conn) error { _, err := c.ReadAnswer(); return err }},
		{"fails: no request", func(c *wire.Conn) error { _, err := c.ReadRequest(never); return err }},
		{"fails: no body", func(c *wire.Conn) error { _, err := c.ReadBody(1); return err }},
		{"fails: nobody reads a body", func(c *wire.Conn) error { return c.WriteBody(fill(1, 3*wire.BulkFrame)) }},
		{"fails: nobody reads messages", func(c *wire.Conn) error {
			return errors.Join(c.WriteRequest(getRequest()), c.WriteRequest(getRequest()), c.WriteRequest(getRequest()))
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, holder, _ := pair(2)
				start := time.Now()
				require.ErrorIs(t, test.wait(client), context.DeadlineExceeded)
				require.Equal(t, patience, time.Since(start))
				require.ErrorIs(t, holder.WriteAnswer(&wire.Answer{}), wiretest.ErrReset, "the stream goes on")
			})
		})
	}
}

func TestConnWaitsForARequestWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, holder, _ := pair(2)
		start := time.Now()
		_, err := holder.ReadRequest(func() bool { return time.Since(start) < 3*patience })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 3*patience, time.Since(start))
	})
}

func TestWatchResetsTheStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _, _ := pair(2)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		defer client.Watch(ctx)()
		start := time.Now()
		_, err := client.ReadAnswer()
		require.ErrorIs(t, err, wiretest.ErrReset)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
	})
}

func TestRefusals(t *testing.T) {
	r := wire.Refuse(wire.Quota, "deal %d\nis full", 3)
	require.EqualError(t, r, "holder refused: no room: deal 3 is full")
	require.ErrorIs(t, r, wire.Quota)
	require.NotErrorIs(t, r, wire.Missing)
	require.NoError(t, r.Answer().Validate())

	long := wire.Refuse(wire.Internal, "%s", strings.Repeat("ä", 200))
	require.Len(t, long.Reason, 256)
	require.NoError(t, wire.Refuse(wire.Internal, "a%s", strings.Repeat("ä", 200)).Answer().Validate())
	require.NoError(t, wire.Refuse(wire.Internal, "\xff\x00").Answer().Validate())

	var got *wire.Refusal
	require.ErrorAs(t, answers()[3].Refused(), &got)
	require.Equal(t, &wire.Refusal{Code: wire.Missing, Reason: "gone", Missing: []uint64{0, 5, wire.MaxSegments - 1}}, got)
	require.NoError(t, given().Refused())
	require.EqualError(t, answers()[4].Refused(), "holder refused: code 99: later")
	require.EqualError(t, wire.Refuse(wire.BadRange, ""), "holder refused: beyond the end")
}

func TestListLimit(t *testing.T) {
	require.Equal(t, 1024, wire.ListLimit(1023))
	require.Equal(t, 1025, wire.ListLimit(1024))
	require.Equal(t, wire.MaxSegments, wire.ListLimit(1<<64-1))
}
