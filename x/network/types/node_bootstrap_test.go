package types_test

import (
	"crypto/ed25519"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/network/types"
)

func someRecord() types.Bootstrap {
	return types.Bootstrap{
		PeerKey: testHost("host").Public().(ed25519.PublicKey), Addrs: []string{"/dns4/a.example/tcp/4001", "/ip6/2001:db8::1/udp/4001/quic-v1"},
		ExpiresHeight: 9,
	}
}

func TestBootstrapValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*types.Bootstrap)
		ok     bool
	}{
		{"ok: as it is", func(*types.Bootstrap) {}, true},
		{"ok: 8 addresses", func(b *types.Bootstrap) { b.Addrs = strings.Split(strings.Repeat(",/a", 8)[1:], ",") }, true},
		{"ok: address of 128 characters", func(b *types.Bootstrap) { b.Addrs[0] = "/" + strings.Repeat("a", 127) }, true},
		{"ok: first and last printable character", func(b *types.Bootstrap) { b.Addrs[0] = "/!~" }, true},
		{"fails: key of 31 bytes", func(b *types.Bootstrap) { b.PeerKey = b.PeerKey[:31] }, false},
		{"fails: no key", func(b *types.Bootstrap) { b.PeerKey = nil }, false},
		{"fails: no addresses", func(b *types.Bootstrap) { b.Addrs = nil }, false},
		{"fails: 9 addresses", func(b *types.Bootstrap) { b.Addrs = strings.Split(strings.Repeat(",/a", 9)[1:], ",") }, false},
		{"fails: address of 129 characters", func(b *types.Bootstrap) { b.Addrs[1] = "/" + strings.Repeat("a", 128) }, false},
		{"fails: empty address", func(b *types.Bootstrap) { b.Addrs[1] = "" }, false},
		{"fails: address without a slash", func(b *types.Bootstrap) { b.Addrs[1] = "a.example:4001" }, false},
		{"fails: space", func(b *types.Bootstrap) { b.Addrs[1] = "/a b" }, false},
		{"fails: newline", func(b *types.Bootstrap) { b.Addrs[1] = "/a\n" }, false},
		{"fails: zero byte", func(b *types.Bootstrap) { b.Addrs[1] = "/\x00" }, false},
		{"fails: delete character", func(b *types.Bootstrap) { b.Addrs[1] = "/\x7f" }, false},
		{"fails: letter beyond ASCII", func(b *types.Bootstrap) { b.Addrs[1] = "/é" }, false},
		{"fails: not UTF-8", func(b *types.Bootstrap) { b.Addrs[1] = "/\xff" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := someRecord()
			c.change(&b)
			err := b.Validate()
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidBootstrap)
			_, err = b.Sign(testHost("host"), proof.Domain{ChainID: "mesh-1", Network: "net_00000001"})
			require.ErrorIs(t, err, types.ErrInvalidBootstrap)
		})
	}
}

// TestBootstrapVerify changes each thing that is signed.
func TestBootstrapVerify(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*types.Bootstrap, *proof.Domain, *[]byte)
		ok     bool
	}{
		{"ok: as signed", func(*types.Bootstrap, *proof.Domain, *[]byte) {}, true},
		{"fails: another chain", func(_ *types.Bootstrap, d *proof.Domain, _ *[]byte) { d.ChainID = "mesh-2" }, false},
		{"fails: another network", func(_ *types.Bootstrap, d *proof.Domain, _ *[]byte) { d.Network = "net_00000002" }, false},
		{"fails: another host", func(b *types.Bootstrap, _ *proof.Domain, _ *[]byte) {
			b.PeerKey = testHost("other").Public().(ed25519.PublicKey)
		}, false},
		{"fails: another address", func(b *types.Bootstrap, _ *proof.Domain, _ *[]byte) { b.Addrs[0] += "1" }, false},
		{"fails: an address less", func(b *types.Bootstrap, _ *proof.Domain, _ *[]byte) { b.Addrs = b.Addrs[:1] }, false},
		{"fails: addresses in another order", func(b *types.Bootstrap, _ *proof.Domain, _ *[]byte) {
			b.Addrs[0], b.Addrs[1] = b.Addrs[1], b.Addrs[0]
		}, false},
		{"fails: another height", func(b *types.Bootstrap, _ *proof.Domain, _ *[]byte) { b.ExpiresHeight++ }, false},
		{"fails: a bit of the signature", func(_ *types.Bootstrap, _ *proof.Domain, s *[]byte) { (*s)[3] ^= 1 }, false},
		{"fails: no signature", func(_ *types.Bootstrap, _ *proof.Domain, s *[]byte) { *s = nil }, false},
		{"fails: long signature", func(_ *types.Bootstrap, _ *proof.Domain, s *[]byte) { *s = append(*s, 0) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, d := someRecord(), proof.Domain{ChainID: "mesh-1", Network: "net_00000001"}
			sig, err := b.Sign(testHost("host"), d)
			require.NoError(t, err)
			c.change(&b, &d, &sig)
			err = b.Verify(d, sig)
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidSignature)
		})
	}
}
