package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// leastAddress is how long what stands behind the 1 of an address of any chain is at least.
const leastAddress = 20

// knownPrefixes are prefixes of addresses of chains that people have at hand. What begins so is no name, however short.
func knownPrefixes() []string {
	return []string{chain.AddressPrefix, "cosmos", "osmo", "celestia", "juno", "akash"}
}

// likeAddress tells whether something that is no address of this chain was meant as one: it has a mistake, or is of another chain.
func likeAddress(s string) bool {
	prefix, rest, ok := strings.Cut(strings.ToLower(s), "1")
	if !ok || prefix == "" || rest == "" || chain.CheckAddress(s) == nil {
		return false
	}
	letters := !strings.ContainsFunc(prefix, func(r rune) bool { return r < 'a' || r > 'z' })
	plain := !strings.ContainsFunc(rest, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return letters && plain && (slices.Contains(knownPrefixes(), prefix) || len(rest) >= leastAddress)
}

// checkNoAddress refuses the name of a key that was meant as an address.
func checkNoAddress(name string) error {
	if !likeAddress(name) {
		return nil
	}
	return &failure{
		Code: "bad_address", Exit: exitUsage, What: "read the address",
		Why:  fmt.Sprintf("%q is no address of this chain: those begin with %s1 and end with a checksum", name, chain.AddressPrefix),
		Next: "check it for typing errors; mesh keys list shows the keys of this home with their addresses",
	}
}
