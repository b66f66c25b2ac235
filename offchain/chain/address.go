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

// CheckAddress returns an error that wraps ErrInvalid unless s is an account address, mesh1….
func CheckAddress(s string) error {
	if _, err := addresses().StringToBytes(s); err != nil {
		return fmt.Errorf("%w: %q is not an account address (%s1…): %w", ErrInvalid, s, AddressPrefix, err)
	}
	return nil
}
