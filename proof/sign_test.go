package proof_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
)

var domain = proof.Domain{ChainID: "mesh-devnet-1", Network: "net_0011aabb"}

func testKey(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func public(key ed25519.PrivateKey) []byte { return key[ed25519.SeedSize:] }

func TestPreimage(t *testing.T) {
	long := strings.Repeat("x", 65)
	for _, tc := range []struct {
		name string
		kind string
		d    proof.Domain
		body []byte
		want string
		err  error
	}{
		{"ok: every part after its length", "ack", proof.Domain{ChainID: "c", Network: "net"}, []byte("body"),
			"mesh/ack/v1\x00\x01c\x03net\x04body", nil},
		{"ok: empty body", "task-1_x", proof.Domain{ChainID: "c", Network: "n"}, nil, "mesh/task-1_x/v1\x00\x01c\x01n\x00", nil},
		{"ok: longest parts", long[:32], proof.Domain{ChainID: long[:50], Network: long[:64]}, nil,
			"mesh/" + long[:32] + "/v1\x00\x32" + long[:50] + "\x40" + long[:64] + "\x00", nil},
		{"fails: no kind", "", domain, nil, "", proof.ErrKind},
		{"fails: slash in kind", "a/v1", domain, nil, "", proof.ErrKind},
		{"fails: upper case kind", "Ack", domain, nil, "", proof.ErrKind},
		{"fails: long kind", long[:33], domain, nil, "", proof.ErrKind},
		{"fails: no chain id", "ack", proof.Domain{Network: "n"}, nil, "", proof.ErrDomain},
		{"fails: no network", "ack", proof.Domain{ChainID: "c"}, nil, "", proof.ErrDomain},
		{"fails: long chain id", "ack", proof.Domain{ChainID: long[:51], Network: "n"}, nil, "", proof.ErrDomain},
		{"fails: long network", "ack", proof.Domain{ChainID: "c", Network: long}, nil, "", proof.ErrDomain},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := proof.Preimage(tc.kind, tc.d, tc.body)
			require.ErrorIs(t, err, tc.err)
			require.Equal(t, tc.want, string(got))
		})
	}
}

// One signature for each kind; it must count nowhere but where it was made.
func TestSignaturesCountOnlyInTheirDomain(t *testing.T) {
	key := testKey(1)
	binding := sampleBinding
	binding.PeerKey = [32]byte(public(key))
	type signed struct {
		name   string
		sign   func(proof.Domain) ([]byte, error)
		verify func(pub []byte, d proof.Domain, sig []byte) error
	}
	other := sampleVoucher
	other.Count++
	bodies := []signed{
		{"ack", func(d proof.Domain) ([]byte, error) { return sampleAck.Sign(key, d) }, sampleAck.Verify},
		{"voucher", func(d proof.Domain) ([]byte, error) { return sampleVoucher.Sign(key, d) }, sampleVoucher.Verify},
		{"other voucher", func(d proof.Domain) ([]byte, error) { return other.Sign(key, d) }, other.Verify},
		{"binding", func(d proof.Domain) ([]byte, error) { return binding.Sign(key, d) },
			func(_ []byte, d proof.Domain, sig []byte) error { return binding.Verify(d, sig) }},
	}
	domains := []proof.Domain{domain, {ChainID: domain.ChainID, Network: "net_0011aabc"},
		{ChainID: "mesh-devnet-2", Network: domain.Network}, {ChainID: domain.Network, Network: domain.ChainID}}
	for i, from := range bodies {
		for j, d := range domains {
			sig, err := from.sign(d)
			require.NoError(t, err)
			require.Len(t, sig, proof.SignatureSize)
			for k, to := range bodies {
				for l, e := range domains {
					err := to.verify(public(key), e, sig)
					if i == k && j == l {
						require.NoError(t, err, from.name)
						continue
					}
					require.ErrorIs(t, err, proof.ErrSignature, "%s %v as %s %v", from.name, d, to.name, e)
				}
			}
			flipBits(sig, func(bit int) {
				require.ErrorIs(t, from.verify(public(key), d, sig), proof.ErrSignature, "bit %d", bit)
			})
		}
	}
	sig, err := sampleAck.Sign(key, domain)
	require.NoError(t, err)
	require.ErrorIs(t, sampleAck.Verify(public(testKey(2)), domain, sig), proof.ErrSignature)
}

func TestSignBytesAreWhatIsSigned(t *testing.T) {
	key := testKey(3)
	binding := sampleBinding
	binding.PeerKey = [32]byte(public(key))
	for _, tc := range []struct {
		name string
		body interface {
			SignBytes(proof.Domain) ([]byte, error)
			Sign(ed25519.PrivateKey, proof.Domain) ([]byte, error)
		}
	}{{"ok: ack", sampleAck}, {"ok: voucher", sampleVoucher}, {"ok: binding", binding}} {
		t.Run(tc.name, func(t *testing.T) {
			msg, err := tc.body.SignBytes(domain)
			require.NoError(t, err)
			sig, err := tc.body.Sign(key, domain)
			require.NoError(t, err)
			require.True(t, ed25519.Verify(public(key), msg, sig))
			golden(t, "signed-"+strings.TrimPrefix(tc.name, "ok: "), slices.Concat(msg, sig))
		})
	}
}

func TestSignRefusesKeys(t *testing.T) {
	weak := append(bytes.Clone(testKey(1)[:32]), proof.SmallOrder[4][:]...)
	_, err := sampleAck.Sign(testKey(1)[:63], domain)
	require.ErrorIs(t, err, proof.ErrKey)
	_, err = sampleAck.Sign(weak, domain)
	require.ErrorIs(t, err, proof.ErrKey)
	_, err = sampleAck.Sign(testKey(1), proof.Domain{})
	require.ErrorIs(t, err, proof.ErrDomain)
	_, err = sampleBinding.Sign(testKey(1), domain)
	require.ErrorIs(t, err, proof.ErrKey)
	_, err = sampleBinding.Sign(nil, domain)
	require.ErrorIs(t, err, proof.ErrKey)
}

func TestVerifyRefusesLengths(t *testing.T) {
	sig, err := sampleAck.Sign(testKey(1), domain)
	require.NoError(t, err)
	pub := public(testKey(1))
	require.ErrorIs(t, sampleAck.Verify(pub[:31], domain, sig), proof.ErrKey)
	require.ErrorIs(t, sampleAck.Verify(nil, domain, sig), proof.ErrKey)
	require.ErrorIs(t, sampleAck.Verify(pub, domain, sig[:63]), proof.ErrSignature)
	require.ErrorIs(t, sampleAck.Verify(pub, domain, append(sig, 0)), proof.ErrSignature)
	require.ErrorIs(t, sampleAck.Verify(pub, proof.Domain{}, sig), proof.ErrDomain)
}

// Each of the eight points lets anybody sign: with R the identity and S = 0 the equation holds whenever the challenge is
// a multiple of the point's order, one message in eight at worst. The standard library accepts; VerifyBody must not.
func TestKeysOfSmallOrderAreRefused(t *testing.T) {
	forged := make([]byte, proof.SignatureSize)
	forged[0] = 1
	require.Len(t, slices.Compact(slices.SortedFunc(slices.Values(proof.SmallOrder[:]),
		func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })), 8)
	for i, point := range proof.SmallOrder {
		accepted := 0
		for n := range uint64(400) {
			v := proof.Voucher{Channel: n}
			msg, err := v.SignBytes(domain)
			require.NoError(t, err)
			if ed25519.Verify(point[:], msg, forged) {
				accepted++
			}
			require.ErrorIs(t, v.Verify(point[:], domain, forged), proof.ErrKey)
		}
		require.Positive(t, accepted, "point %d is not of small order", i)
		require.ErrorIs(t, proof.CheckKey(point[:]), proof.ErrKey)
	}
}

func TestCheckKeyRefusesUnreducedKeys(t *testing.T) {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	encode := func(y *big.Int, sign byte) []byte {
		b := y.FillBytes(make([]byte, 32))
		slices.Reverse(b)
		b[31] |= sign
		return b
	}
	for add := range int64(19) {
		for _, sign := range []byte{0, 0x80} {
			require.ErrorIs(t, proof.CheckKey(encode(new(big.Int).Add(p, big.NewInt(add)), sign)), proof.ErrKey)
		}
	}
	require.NoError(t, proof.CheckKey(encode(new(big.Int).Sub(p, big.NewInt(2)), 0)))
	require.ErrorIs(t, proof.CheckKey(encode(big.NewInt(1), 0x80)), proof.ErrKey, "minus zero")
	require.NoError(t, proof.CheckKey(public(testKey(1))))
	require.NoError(t, proof.CheckKey([]byte{0: 0xff, 15: 1, 31: 0x7f}), "only the middle is below the prime")
}

var groupOrder, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

// littleEndian converts between scalars and their encodings.
func littleEndian(b []byte) *big.Int {
	b = bytes.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

func scalarBytes(s *big.Int) []byte {
	b := s.FillBytes(make([]byte, 32))
	slices.Reverse(b)
	return b
}

// S and S + order are one number to the equation. The standard library refuses the larger one; this pins that it does.
func TestMalleableSignaturesAreRefused(t *testing.T) {
	sig, err := sampleAck.Sign(testKey(1), domain)
	require.NoError(t, err)
	s := littleEndian(sig[32:])
	require.NoError(t, sampleAck.Verify(public(testKey(1)), domain, append(sig[:32:32], scalarBytes(s)...)))
	more := scalarBytes(s.Add(s, groupOrder))
	require.ErrorIs(t, sampleAck.Verify(public(testKey(1)), domain, append(sig[:32:32], more...)), proof.ErrSignature)
}

// With S = challenge · secret the equation yields the identity as R. Only the holder of the key can make such a
// signature. The standard library accepts it; VerifyBody must not.
func TestSignatureWithSmallRIsRefused(t *testing.T) {
	key := testKey(1)
	msg, err := sampleAck.SignBytes(domain)
	require.NoError(t, err)
	secret := sha512.Sum512(key.Seed())
	secret[0] &= 248
	secret[31] = secret[31]&63 | 64
	identity := make([]byte, 32)
	identity[0] = 1
	challenge := sha512.Sum512(slices.Concat(identity, public(key), msg))
	s := new(big.Int).Mul(littleEndian(challenge[:]), littleEndian(secret[:32]))
	sig := append(identity, scalarBytes(s.Mod(s, groupOrder))...)

	require.True(t, ed25519.Verify(public(key), msg, sig))
	require.ErrorIs(t, sampleAck.Verify(public(key), domain, sig), proof.ErrSignature)
}
