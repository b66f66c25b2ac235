package chain

import (
	"fmt"

	"cosmossdk.io/core/address"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
)

// AddressPrefix starts every account address.
const AddressPrefix = "mesh"

// addresses turns account bytes into text and back without the SDK's process-wide settings.
func addresses() address.Codec { return addresscodec.NewBech32Codec(AddressPrefix) }

// AddressBytes returns the bytes of an account address, 20 or 32, or an error that wraps ErrInvalid.
func AddressBytes(s string) ([]byte, error) {
	b, err := addresses().StringToBytes(s)
	if err != nil {
		return nil, fmt.Errorf("%w: %q is not an account address (%s1…): %w", ErrInvalid, s, AddressPrefix, err)
	}
	return b, nil
}

// AddressText returns the address of an account's bytes.
func AddressText(account []byte) (string, error) { return addresses().BytesToString(account) }

// CheckAddress returns an error that wraps ErrInvalid unless s is an account address, mesh1….
func CheckAddress(s string) error {
	_, err := AddressBytes(s)
	return err
}
