package segment

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"slices"
)

// nonceLen is the length of a nonce of AES-GCM: 4 zero bytes and the number of the block.
const nonceLen = 12

// Cipher seals and opens the blocks of one segment or manifest. It is safe for concurrent use.
type Cipher struct{ aead cipher.AEAD }

func newCipher(key []byte) (*Cipher, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return &Cipher{aead: aead}, nil
}

// Seal appends the content of 1…MaxPlain plain bytes to dst, which they may not overlap, or returns ErrLength.
func (c *Cipher) Seal(dst, plain []byte) ([]byte, error) {
	content, err := ContentLength(len(plain))
	if err != nil {
		return dst, fmt.Errorf("seal: %w", err)
	}
	dst = slices.Grow(dst, content)
	var nonce [nonceLen]byte
	for b := range (len(plain) + plainBlock - 1) / plainBlock {
		dst = c.sealBlock(dst, &nonce, b, plain)
	}
	return dst, nil
}

// Open appends the plain bytes of a content to dst, which it may not overlap. Errors: ErrLength for a content that holds
// nothing, *SealedError. Nothing is appended then.
func (c *Cipher) Open(dst, content []byte) ([]byte, error) {
	plain, err := PlainLength(len(content))
	if err != nil {
		return dst, fmt.Errorf("open: %w", err)
	}
	out := slices.Grow(dst, plain)
	var nonce [nonceLen]byte
	for b := range (len(content) + sealedBlock - 1) / sealedBlock {
		sealed := content[b*sealedBlock : min((b+1)*sealedBlock, len(content))]
		if out, err = c.openBlock(out, &nonce, b, sealed); err != nil {
			return dst, fmt.Errorf("open: %w", err)
		}
	}
	return out, nil
}

// sealBlock appends a block of the plain bytes of a segment, sealed. The nonce is the caller's so that not every block
// allocates one.
func (c *Cipher) sealBlock(dst []byte, nonce *[nonceLen]byte, block int, plain []byte) []byte {
	binary.BigEndian.PutUint64(nonce[nonceLen-8:], uint64(block))
	return c.aead.Seal(dst, nonce[:], plain[block*plainBlock:min((block+1)*plainBlock, len(plain))], nil)
}

// openBlock appends the plain bytes of a sealed block, or returns a *SealedError.
func (c *Cipher) openBlock(dst []byte, nonce *[nonceLen]byte, block int, sealed []byte) ([]byte, error) {
	binary.BigEndian.PutUint64(nonce[nonceLen-8:], uint64(block))
	out, err := c.aead.Open(dst, nonce[:], sealed, nil)
	if err != nil {
		return dst, &SealedError{Block: block}
	}
	return out, nil
}
