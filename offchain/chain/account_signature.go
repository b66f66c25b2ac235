package chain

import (
	"fmt"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
)

// SignAccount signs bytes with the account key of that name and returns the public key and the signature.
func (k *Keyring) SignAccount(name string, preimage []byte) (public, signature []byte, err error) {
	key, err := k.Key(name)
	if err != nil {
		return nil, nil, err
	}
	signature, err = k.sign(name, preimage)
	return key.public.Bytes(), signature, err
}

// VerifyAccount returns ErrInvalid unless the account of that address has signed the preimage with that
// public key, a compressed secp256k1 key of 33 bytes.
func VerifyAccount(address string, public, preimage, signature []byte) error {
	if len(public) != secp256k1.PubKeySize {
		return fmt.Errorf("%w: a public key of %d bytes, it has %d", ErrInvalid, len(public), secp256k1.PubKeySize)
	}
	key := &secp256k1.PubKey{Key: public}
	of, err := addresses().BytesToString(key.Address())
	if err != nil {
		return fmt.Errorf("read the address of a key: %w", err)
	}
	if of != address {
		return fmt.Errorf("%w: the key is that of %s, not of %s", ErrInvalid, of, address)
	}
	if !key.VerifySignature(preimage, signature) {
		return fmt.Errorf("%w: %s has not signed this", ErrInvalid, address)
	}
	return nil
}
