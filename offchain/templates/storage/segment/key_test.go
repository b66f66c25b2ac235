package segment_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

func TestNewKey(t *testing.T) {
	k, err := segment.NewKey(bytes.NewReader(fill(1, 40)))
	require.NoError(t, err)
	require.Equal(t, fill(1, 40)[:32], k[:])
	_, err = segment.NewKey(bytes.NewReader(fill(1, 31)))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestKeyText(t *testing.T) {
	const text = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAI"
	require.Equal(t, text, key.Text())
	k, err := segment.ParseKey(text)
	require.NoError(t, err)
	require.Equal(t, key, k)
	for name, bad := range map[string]string{
		"fails: empty": "", "fails: short": text[1:], "fails: long": text + "A", "fails: padded": text + "=",
		"fails: the other alphabet": "+" + text[1:], "fails: bits left over": text[:42] + "J",
		"fails: a line end inside": text[:20] + "\n" + text[21:], "fails: a line end for a zero": strings.Repeat("A", 20) + "\n" + strings.Repeat("A", 22),
		"fails: hexadecimal": strings.Repeat("00", 32),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := segment.ParseKey(bad)
			require.ErrorIs(t, err, segment.ErrKey)
			if bad != "" {
				require.NotContains(t, err.Error(), bad)
			}
		})
	}
}

// TestKeyIsHidden looks for the key in whatever shows values.
func TestKeyIsHidden(t *testing.T) {
	type object struct {
		Name string
		Key  segment.Key
	}
	k := segment.Key(bytes.Repeat([]byte{0xab}, 32))
	o := object{"name", k}
	asJSON, err := json.Marshal(o)
	require.NoError(t, err)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "key", k, "object", o, "pointer", &k)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "key", k, "object", o, "pointer", &o)
	shown := fmt.Sprintf("%v %+v %#v %s %q %x %X %d %v %+v %#v %x", k, k, k, k, k, k, k, k, o, &o, o, o) + string(asJSON) + log.String()
	for _, secret := range []string{"ab", "AB", "171", k.Text()} {
		require.NotContains(t, shown, secret)
	}
	require.Contains(t, shown, "(object key)")
}

// TestDerivedKeys: no two of an object's ciphers are the same, and they are those of the protocol page.
func TestDerivedKeys(t *testing.T) {
	plain := fill(1, 65520+10)
	manifest, err := key.Manifest()
	require.NoError(t, err)
	sealed, err := manifest.Seal(nil, plain)
	require.NoError(t, err)
	require.Equal(t, plainSeal(t, key, "mesh/manifest/v1", 0, plain), sealed)
	for _, number := range []uint64{0, 1, 1 << 40} {
		got, err := cipherOf(t, number).Seal(nil, plain)
		require.NoError(t, err)
		require.Equal(t, plainSeal(t, key, "mesh/segment/v1", number, plain), got)
		_, err = manifest.Open(nil, got)
		require.ErrorIs(t, err, segment.ErrSealed)
		_, err = cipherOf(t, number+1).Open(nil, got)
		require.ErrorIs(t, err, segment.ErrSealed)
	}
}

func TestCipher(t *testing.T) {
	plain := fill(1, 3*65520)
	content, err := cipherOf(t, 0).Seal([]byte{1}, plain)
	require.NoError(t, err)
	require.Equal(t, byte(1), content[0])
	got, err := cipherOf(t, 0).Open([]byte{2}, content[1:])
	require.NoError(t, err)
	require.Equal(t, append([]byte{2}, plain...), got)

	content[1+2*65536] ^= 1
	got, err = cipherOf(t, 0).Open([]byte{2}, content[1:])
	require.Equal(t, &segment.SealedError{Block: 2}, unwrapSealed(t, err))
	require.Equal(t, []byte{2}, got)
	for _, n := range []int{0, 16, 65536 + 16, segment.MaxContent + 1} {
		_, err := cipherOf(t, 0).Open(nil, make([]byte, n))
		require.ErrorIs(t, err, segment.ErrLength, "%d bytes", n)
	}
}

func unwrapSealed(t *testing.T, err error) *segment.SealedError {
	t.Helper()
	var sealed *segment.SealedError
	require.ErrorAs(t, err, &sealed)
	return sealed
}
