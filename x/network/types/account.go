package types

import (
	"fmt"

	"cosmossdk.io/core/address"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Account decodes an address. Its error is for people and says what is wrong: the address does not decode, or is not spelled as
// the codec spells it, in capitals for example. The caller gives it its own sentinel.
func Account(addresses address.Codec, text string) (sdk.AccAddress, error) {
	addr, err := addresses.StringToBytes(text)
	if err != nil {
		return nil, err
	}
	canonical, err := addresses.BytesToString(addr)
	if err == nil && canonical != text {
		err = fmt.Errorf("%s is spelled %s", text, canonical)
	}
	return addr, err
}
