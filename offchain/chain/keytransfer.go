package chain

import (
	"fmt"
	"strings"

	sdkcrypto "github.com/cosmos/cosmos-sdk/crypto"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	sdkkeyring "github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// armorStart begins every exported key.
const armorStart = "-----BEGIN"

// maxKeyText bounds what is read as a key: an exported one has 500 bytes, 24 words have 200.
const maxKeyText = 4096

// IsArmor tells whether a text is an exported key rather than words.
func IsArmor(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), armorStart) }

// Restore makes a key from its 12 to 24 words. The error wraps ErrKeyExists where the name or the key is
// there already, ErrInvalid where the words are no mnemonic.
func (k *Keyring) Restore(name, mnemonic string) (Key, error) {
	if err := k.checkFree(name); err != nil {
		return Key{}, err
	}
	if len(mnemonic) > maxKeyText {
		return Key{}, fmt.Errorf("%w: %d bytes are no mnemonic", ErrInvalid, len(mnemonic))
	}
	words := strings.Join(strings.Fields(mnemonic), " ")
	if _, err := hd.Secp256k1.Derive()(words, sdkkeyring.DefaultBIP39Passphrase, keyPath); err != nil {
		return Key{}, fmt.Errorf("%w: the words are no mnemonic: check spelling and order", ErrInvalid)
	}
	record, err := k.sdk.NewAccount(name, words, sdkkeyring.DefaultBIP39Passphrase, keyPath, hd.Secp256k1)
	if err != nil {
		return Key{}, keyringError("restore key "+name, err)
	}
	k.open = true
	return newKey(record)
}

// Export returns a key as text, encrypted with a passphrase of at least 8 characters, as other tools of
// the Cosmos SDK read it. The error wraps ErrKeyNotFound.
func (k *Keyring) Export(name, passphrase string) (string, error) {
	if err := checkPassphrase(passphrase); err != nil {
		return "", err
	}
	if _, err := k.Key(name); err != nil {
		return "", err
	}
	armor, err := k.sdk.ExportPrivKeyArmor(name, passphrase)
	if err != nil {
		return "", keyringError("export key "+name, err)
	}
	return armor, nil
}

// Import takes over a key that Export returned. The error wraps ErrKeyExists, or ErrInvalid where text or
// passphrase are wrong.
func (k *Keyring) Import(name, armor, passphrase string) (Key, error) {
	if err := k.checkFree(name); err != nil {
		return Key{}, err
	}
	if len(armor) > maxKeyText {
		return Key{}, fmt.Errorf("%w: %d bytes are no exported key", ErrInvalid, len(armor))
	}
	private, _, err := sdkcrypto.UnarmorDecryptPrivKey(armor, passphrase)
	if err != nil {
		return Key{}, fmt.Errorf("%w: the text is no exported key, or the passphrase is not that of its export", ErrInvalid)
	}
	// The SDK would take a second name for one key as damage and put it right.
	if k.exists() {
		if _, err := k.sdk.KeyByAddress(sdk.AccAddress(private.PubKey().Address())); err == nil {
			return Key{}, fmt.Errorf("import key %s: %w: the keyring has that key under another name", name, ErrKeyExists)
		}
	}
	if err := k.sdk.ImportPrivKey(name, armor, passphrase); err != nil {
		return Key{}, keyringError("import key "+name, err)
	}
	k.open = true
	return k.Key(name)
}

// checkPassphrase returns an error that wraps ErrInvalid unless a passphrase is long enough for the SDK.
func checkPassphrase(p string) error {
	if len(p) < 8 {
		return fmt.Errorf("%w: a passphrase has at least 8 characters", ErrInvalid)
	}
	return nil
}
