package segment_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// The format once more, from docs/protocol/storage.md alone and in the plainest way: nothing of the package and nothing of
// its libraries is used here.

// plainHKDF is HKDF-SHA256 of one block without a salt (RFC 5869).
func plainHKDF(secret, info []byte) []byte {
	extract := hmac.New(sha256.New, make([]byte, 32))
	extract.Write(secret)
	expand := hmac.New(sha256.New, extract.Sum(nil))
	expand.Write(append(info, 1))
	return expand.Sum(nil)
}

// plainSeal seals as the key derived with info does.
func plainSeal(t *testing.T, object [32]byte, info string, number uint64, plain []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(plainHKDF(object[:], binary.BigEndian.AppendUint64([]byte(info), number)))
	require.NoError(t, err)
	aead, err := cipher.NewGCM(block)
	require.NoError(t, err)
	var content []byte
	for b := 0; len(plain) > 0; b++ {
		n := min(65520, len(plain))
		nonce := binary.BigEndian.AppendUint64(make([]byte, 4), uint64(b))
		content = append(content, aead.Seal(nil, nonce, plain[:n], nil)...)
		plain = plain[n:]
	}
	return content
}

// plainSplit lays a content out in k data pieces.
func plainSplit(content []byte, k int) [][]byte {
	pieces := make([][]byte, k)
	for ; len(content) >= 65536*k; content = content[65536*k:] {
		for j := range pieces {
			pieces[j] = append(pieces[j], content[65536*j:65536*(j+1)]...)
		}
	}
	share := (len(content) + k - 1) / k
	content = append(append([]byte(nil), content...), make([]byte, share*k-len(content))...)
	for j := range pieces {
		pieces[j] = append(pieces[j], content[share*j:share*(j+1)]...)
	}
	return pieces
}

// mul multiplies in GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1.
func mul(a, b byte) byte {
	var p byte
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			p ^= a
		}
		carry := a & 0x80
		a <<= 1
		if carry != 0 {
			a ^= 0x1d
		}
	}
	return p
}

func power(a byte, n int) byte {
	p := byte(1)
	for range n {
		p = mul(p, a)
	}
	return p
}

// inverse is a^254, as a^255 is 1.
func inverse(a byte) byte { return power(a, 254) }

// plainMatrix returns the rows of the parity pieces of V·T⁻¹, where V has r^c in row r and column c, with 0^0 = 1, and T
// are its first k rows. Row x of V·T⁻¹ is the polynomial of degree < k through the points (j, data j), taken at x, so its
// entries are Lagrange's: no matrix need be inverted.
func plainMatrix(k, n int) [][]byte {
	rows := make([][]byte, 0, n-k)
	for x := k; x < n; x++ {
		row := make([]byte, k)
		for j := range row {
			above, below := byte(1), byte(1)
			for m := range k {
				if m != j {
					above = mul(above, byte(x)^byte(m))
					below = mul(below, byte(j)^byte(m))
				}
			}
			row[j] = mul(above, inverse(below))
		}
		rows = append(rows, row)
	}
	return rows
}

// plainParity makes the parity pieces.
func plainParity(data [][]byte, n int) [][]byte {
	var parity [][]byte
	for _, row := range plainMatrix(len(data), n) {
		p := make([]byte, len(data[0]))
		for j, d := range data {
			var times [256]byte
			for b := range times {
				times[b] = mul(row[j], byte(b))
			}
			for i, b := range d {
				p[i] ^= times[b]
			}
		}
		parity = append(parity, p)
	}
	return parity
}

// TestVandermonde holds the polynomials against the definition of the matrix: (V·T⁻¹)·T = V.
func TestVandermonde(t *testing.T) {
	for _, p := range [][2]int{{1, 3}, {2, 4}, {4, 8}, {8, 20}, {29, 80}} {
		k, n := p[0], p[1]
		for i, row := range plainMatrix(k, n) {
			for c := range k {
				var sum byte
				for j := range row {
					sum ^= mul(row[j], power(byte(j), c))
				}
				require.Equal(t, power(byte(k+i), c), sum, "%d/%d row %d column %d", k, n, k+i, c)
			}
		}
	}
}
