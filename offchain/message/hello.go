package message

import (
	"bytes"
	"fmt"
	"slices"
)

// Limits of Hello, in bytes unless said otherwise.
const (
	MaxChainID    = 50
	HashSize      = 32 // of the genesis file and of the state
	MaxRoles      = 8  // number of roles
	MaxLabel      = 32 // of one role, and of the region
	BindingSize   = accountKeySize + accountSignatureSize
	MaxAgent      = 64
	MaxPeerRecord = 1 << 10
)

// Lengths of what an account of the chain signs with: a compressed secp256k1 key and its signature.
const (
	accountKeySize       = 33
	accountSignatureSize = 64
)

// Lengths of account addresses in bytes: of plain accounts and of module or contract accounts.
const (
	addressSize     = 20
	longAddressSize = 32
)

// Validate checks the bounds of every field; its error wraps ErrInvalid. Whether the chain is the right one, and
// whether the operator signed, is for others to decide.
func (m *Hello) Validate() error {
	wrong := func(what string) error { return fmt.Errorf("%w: hello with bad %s", ErrInvalid, what) }
	switch {
	case !isName(m.ChainId, MaxChainID):
		return wrong("chain id")
	case len(m.Genesis) != HashSize:
		return wrong("genesis hash")
	case len(m.AppHash) != 0 && len(m.AppHash) != HashSize:
		return wrong("app hash")
	case len(m.Roles) > MaxRoles || slices.ContainsFunc(m.Roles, func(r string) bool { return !isLabel(r) }):
		return wrong("roles")
	case !slices.IsSorted(m.Roles) || len(slices.Compact(slices.Clone(m.Roles))) != len(m.Roles):
		return wrong("order of roles")
	case len(m.Operator) != 0 && len(m.Operator) != addressSize && len(m.Operator) != longAddressSize:
		return wrong("operator")
	case len(m.BindingSig) != 0 && len(m.BindingSig) != BindingSize:
		return wrong("binding signature")
	case len(m.Agent) > MaxAgent || slices.ContainsFunc([]byte(m.Agent), func(c byte) bool { return c < ' ' || c > '~' }):
		return wrong("agent")
	case m.Region != "" && !isLabel(m.Region):
		return wrong("region")
	case len(m.PeerRecord) > MaxPeerRecord:
		return wrong("peer record")
	}
	return nil
}

// Binding returns the operator's public key and its signature that this peer is its node; ok is false if there are none.
func (m *Hello) Binding() (public, signature []byte, ok bool) {
	if len(m.BindingSig) != BindingSize {
		return nil, nil, false
	}
	return m.BindingSig[:accountKeySize], m.BindingSig[accountKeySize:], true
}

// SameChain returns nil if two greetings name one chain and one genesis, else the refusal to answer with.
func SameChain(own, other *Hello) *Refusal {
	if own.ChainId != other.ChainId {
		return Refuse(CodeWrongChain, fmt.Sprintf("this node is on chain %s, not on %s", own.ChainId, other.ChainId))
	}
	if !bytes.Equal(own.Genesis, other.Genesis) {
		return Refuse(CodeWrongChain, fmt.Sprintf("chain %s has another genesis here: %x", own.ChainId, own.Genesis[:8]))
	}
	return nil
}

// isLabel reports whether s is 1 to MaxLabel of a–z, 0–9 and '-'.
func isLabel(s string) bool {
	return len(s) > 0 && len(s) <= MaxLabel && !slices.ContainsFunc([]byte(s), func(c byte) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-'
	})
}
