package chain

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/cosmos/cosmos-sdk/crypto/hd"
	sdkkeyring "github.com/cosmos/cosmos-sdk/crypto/keyring"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
)

const (
	// BackendFile encrypts keys with a passphrase.
	BackendFile = sdkkeyring.BackendFile
	// BackendTest does not encrypt keys; for devnets only.
	BackendTest = sdkkeyring.BackendTest
	// keyPath is the derivation of every key: coin type 118, first account.
	keyPath = "m/44'/118'/0'/0/0"
	// keyringName separates our keys from others in one directory.
	keyringName = "mesh"
)

// KeyringConfig says where keys lie and how they are kept.
type KeyringConfig struct {
	Dir     string // made with the first key
	Backend string // BackendFile or BackendTest
	ChainID string // decides whether BackendTest may be used
	// Input is where the passphrase is read from when the process has no terminal, a line each time; with
	// the first key it is read twice.
	Input *bufio.Reader
	// Terminal tells that the process's standard input is a terminal, which is then asked instead.
	Terminal bool
}

// Keyring holds keys of accounts. It never overwrites one.
type Keyring struct {
	cfg  KeyringConfig
	sdk  sdkkeyring.Keyring
	open bool // the passphrase was given and is remembered
}

// Key is the public side of a key.
type Key struct {
	Name    string
	Address string
	public  cryptotypes.PubKey
}

// Account returns the bytes of the key's address, 20.
func (k Key) Account() []byte { return k.public.Address() }

// OpenKeyring opens the keyring without touching the disk. The error wraps ErrTestKeyring for an
// unencrypted keyring off a devnet, ErrInvalid for an unknown backend.
func OpenKeyring(cfg KeyringConfig) (*Keyring, error) {
	switch {
	case cfg.Backend == BackendTest && !IsDevnet(cfg.ChainID):
		return nil, fmt.Errorf("%w: chain %q is none", ErrTestKeyring, cfg.ChainID)
	case cfg.Backend != BackendTest && cfg.Backend != BackendFile:
		return nil, fmt.Errorf("%w: keyring backend %q, known are %s and %s", ErrInvalid, cfg.Backend, BackendFile, BackendTest)
	}
	if cfg.Input == nil {
		cfg.Input = bufio.NewReader(noInput{})
	}
	kr, err := sdkkeyring.New(keyringName, cfg.Backend, cfg.Dir, cfg.Input, newCodec())
	if err != nil {
		return nil, fmt.Errorf("open the keyring in %s: %w", cfg.Dir, err)
	}
	return &Keyring{cfg: cfg, sdk: kr}, nil
}

// Backend returns BackendFile or BackendTest.
func (k *Keyring) Backend() string { return k.cfg.Backend }

// Key returns the key of a name. The error wraps ErrKeyNotFound or ErrLocked.
func (k *Keyring) Key(name string) (Key, error) {
	if err := checkKeyName(name); err != nil {
		return Key{}, err
	}
	if !k.exists() {
		return Key{}, fmt.Errorf("%w: %q in %s", ErrKeyNotFound, name, k.cfg.Dir)
	}
	if err := k.unlock(); err != nil {
		return Key{}, err
	}
	record, err := k.sdk.Key(name)
	if errors.Is(err, sdkerrors.ErrKeyNotFound) {
		return Key{}, fmt.Errorf("%w: %q in %s", ErrKeyNotFound, name, k.cfg.Dir)
	}
	if err != nil {
		return Key{}, keyringError("read key "+name, err)
	}
	k.open = true
	return newKey(record)
}

// Keys returns all keys, ordered by name.
func (k *Keyring) Keys() ([]Key, error) {
	if !k.exists() {
		return nil, nil
	}
	if err := k.unlock(); err != nil {
		return nil, err
	}
	records, err := k.sdk.List()
	if err != nil {
		return nil, keyringError("list keys", err)
	}
	k.open = k.open || len(records) > 0
	keys := make([]Key, len(records))
	for i, r := range records {
		if keys[i], err = newKey(r); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// Add makes a new key and returns the 24 words it can be restored from, which are kept nowhere. The error
// wraps ErrKeyExists where the name is taken.
func (k *Keyring) Add(name string) (key Key, mnemonic string, err error) {
	if err := k.checkFree(name); err != nil {
		return Key{}, "", err
	}
	record, mnemonic, err := k.sdk.NewMnemonic(name, sdkkeyring.English, keyPath, sdkkeyring.DefaultBIP39Passphrase, hd.Secp256k1)
	if err != nil {
		return Key{}, "", keyringError("make key "+name, err)
	}
	k.open = true
	key, err = newKey(record)
	return key, mnemonic, err
}

// Delete removes a key for good. The error wraps ErrKeyNotFound.
func (k *Keyring) Delete(name string) error {
	if _, err := k.Key(name); err != nil {
		return err
	}
	if err := k.sdk.Delete(name); err != nil {
		return keyringError("delete key "+name, err)
	}
	return nil
}

// sign signs bytes with the key of that name.
func (k *Keyring) sign(name string, bz []byte) ([]byte, error) {
	signature, _, err := k.sdk.Sign(name, bz, signing.SignMode_SIGN_MODE_DIRECT)
	if err != nil {
		return nil, keyringError("sign with key "+name, err)
	}
	return signature, nil
}

// checkFree returns an error unless a key of that name can be made.
func (k *Keyring) checkFree(name string) error {
	if err := checkKeyName(name); err != nil {
		return err
	}
	_, err := k.Key(name)
	if err == nil {
		return fmt.Errorf("%w: %q in %s", ErrKeyExists, name, k.cfg.Dir)
	}
	if errors.Is(err, ErrKeyNotFound) {
		return k.unlock()
	}
	return err
}

// exists tells whether any key was ever made here; the SDK would make the directory when it is asked.
func (k *Keyring) exists() bool {
	_, err := os.Stat(filepath.Join(k.cfg.Dir, "keyring-"+k.cfg.Backend))
	return err == nil
}

// unlock returns ErrLocked where a passphrase is needed and nobody is there to give one; the SDK would
// ask three times and print to the terminal that is not there.
func (k *Keyring) unlock() error {
	if k.cfg.Backend == BackendTest || k.cfg.Terminal || k.open {
		return nil
	}
	if _, err := k.cfg.Input.Peek(1); err != nil {
		return fmt.Errorf("%w: there is no terminal to ask for the passphrase on, and no line on standard input", ErrLocked)
	}
	return nil
}

func newKey(record *sdkkeyring.Record) (Key, error) {
	public, err := record.GetPubKey()
	if err != nil {
		return Key{}, fmt.Errorf("read key %s: %w", record.Name, err)
	}
	address, err := addresses().BytesToString(public.Address())
	if err != nil {
		return Key{}, fmt.Errorf("read key %s: %w", record.Name, err)
	}
	return Key{Name: record.Name, Address: address, public: public}, nil
}

// keyNames leaves nothing that could be a path, a file of the keyring's own or an address.
var keyNames = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`)

// checkKeyName returns an error that wraps ErrInvalid unless a key can have that name.
func checkKeyName(name string) error {
	if !keyNames.MatchString(name) || CheckAddress(name) == nil {
		return fmt.Errorf("%w: %q cannot name a key; use 1 to 32 letters, digits, '-' and '_'", ErrInvalid, name)
	}
	return nil
}

// keyringError gives an error of the SDK's keyring the sentinel a caller can act on.
func keyringError(what string, err error) error {
	switch {
	case errors.Is(err, sdkkeyring.ErrMaxPassPhraseAttempts):
		return fmt.Errorf("%s: %w: %w", what, ErrLocked, err)
	case errors.Is(err, sdkkeyring.ErrKeyAlreadyExists), errors.Is(err, sdkkeyring.ErrDuplicatedAddress):
		return fmt.Errorf("%s: %w: the keyring has that key under another name", what, ErrKeyExists)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// noInput is a standard input that has ended.
type noInput struct{}

func (noInput) Read([]byte) (int, error) { return 0, errors.New("no input") }
