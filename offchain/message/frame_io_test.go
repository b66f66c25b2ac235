package message_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/test/seeded"
)

func TestReadFrame(t *testing.T) {
	long := bytes.Repeat([]byte{7}, message.MaxBulkFrame)
	cases := []struct {
		name  string
		in    []byte
		limit int
		want  []byte
		err   error
	}{
		{"ok: empty frame", []byte{0}, 10, []byte{}, nil},
		{"ok: short frame, rest untouched", []byte{2, 'a', 'b', 'c'}, 10, []byte("ab"), nil},
		{"ok: at the limit", []byte{2, 'a', 'b'}, 2, []byte("ab"), nil},
		{"ok: largest frame", append([]byte{0x80, 0x80, 0x11}, long...), message.MaxBulkFrame, long, nil},
		{"fails: nothing", nil, 10, nil, io.EOF},
		{"fails: length ends early", []byte{0x80}, 10, nil, message.ErrTruncated},
		{"fails: frame ends early", []byte{2, 'a'}, 10, nil, message.ErrTruncated},
		{"fails: frame missing", []byte{2}, 10, nil, message.ErrTruncated},
		{"fails: beyond the limit", []byte{3, 'a', 'b', 'c'}, 2, nil, message.ErrTooLarge},
		{"fails: beyond the largest frame", append([]byte{0x81, 0x80, 0x11}, long...), 1 << 30, nil, message.ErrTooLarge},
		{"fails: endless length", []byte{0xff, 0xff, 0xff, 0xff}, 1 << 30, nil, message.ErrTooLarge},
		{"fails: length with a useless byte", []byte{0x82, 0, 'a', 'b'}, 10, nil, message.ErrNotCanonical},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := message.ReadFrame(iotest.OneByteReader(bytes.NewReader(c.in)), c.limit)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, got)

			buf := make([]byte, min(c.limit, message.MaxBulkFrame))
			n, err := message.ReadFrameInto(bytes.NewReader(c.in), buf)
			require.ErrorIs(t, err, c.err)
			require.True(t, bytes.Equal(c.want, buf[:n]))
		})
	}
}

func TestReadFrameTakesNoByteTooMany(t *testing.T) {
	r := bytes.NewReader([]byte{1, 'a', 'x'})
	_, err := message.ReadFrame(r, 10)
	require.NoError(t, err)
	rest, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, []byte("x"), rest)
}

// An announced frame must not cost memory before it arrives.
func TestReadFrameAllocatesWhatArrives(t *testing.T) {
	announced := []byte{0x80, 0x80, 0x11} // 272 KiB
	const rounds = 200
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range rounds {
		_, err := message.ReadFrame(bytes.NewReader(announced), message.MaxBulkFrame)
		require.ErrorIs(t, err, message.ErrTruncated)
	}
	runtime.ReadMemStats(&after)
	require.Less(t, (after.TotalAlloc-before.TotalAlloc)/rounds, uint64(16<<10), "bytes for each frame announced")
}

func TestFramesRoundTrip(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		frames := rapid.SliceOf(rapid.SliceOfN(rapid.Byte(), 0, 10_000)).Draw(t, "frames")
		var wire bytes.Buffer
		for _, f := range frames {
			require.NoError(t, message.WriteFrame(&wire, f, message.MaxBulkFrame))
		}
		for _, f := range frames {
			got, err := message.ReadFrame(&wire, message.MaxBulkFrame)
			require.NoError(t, err)
			require.True(t, bytes.Equal(f, got))
		}
		_, err := message.ReadFrame(&wire, message.MaxBulkFrame)
		require.ErrorIs(t, err, io.EOF)
	})
}

func TestWriteFrame(t *testing.T) {
	broken := errors.New("broken")
	cases := []struct {
		name  string
		size  int
		limit int
		w     io.Writer
		err   error
	}{
		{"ok: at the limit", 10, 10, io.Discard, nil},
		{"ok: largest", message.MaxBulkFrame, message.MaxBulkFrame, io.Discard, nil},
		{"fails: beyond the limit", 11, 10, iotestErr{broken}, message.ErrTooLarge},
		{"fails: beyond the largest", message.MaxBulkFrame + 1, 1 << 30, iotestErr{broken}, message.ErrTooLarge},
		{"fails: writer", 10, 10, iotestErr{broken}, broken},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.ErrorIs(t, message.WriteFrame(c.w, make([]byte, c.size), c.limit), c.err)
		})
	}
}

type iotestErr struct{ err error }

func (w iotestErr) Write([]byte) (int, error) { return 0, w.err }

func FuzzReadFrame(f *testing.F) {
	f.Add([]byte{0})
	f.Add([]byte{2, 'a', 'b', 'c'})
	f.Add([]byte{0x80, 0})
	f.Add([]byte{0xff, 0xff, 0xff, 0x7f, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		const limit = 1 << 10
		got, err := message.ReadFrame(bytes.NewReader(in), limit)
		buf := make([]byte, limit)
		n, intoErr := message.ReadFrameInto(bytes.NewReader(in), buf)
		require.Equal(t, err == nil, intoErr == nil)
		if err != nil {
			return
		}
		require.Equal(t, got, buf[:n])
		var again bytes.Buffer
		require.NoError(t, message.WriteFrame(&again, got, limit))
		require.Equal(t, in[:again.Len()], again.Bytes())
	})
}
