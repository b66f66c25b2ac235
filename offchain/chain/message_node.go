package chain

import (
	"crypto/ed25519"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// Bound are the signatures by which an operator and a libp2p host agree to be an owner's node.
type Bound struct {
	OperatorKey, OperatorSignature []byte
	PeerKey, PeerSignature         []byte
}

// Operator returns the operator's part: its public key, 33 bytes, and its signature, 64 bytes.
func (b Bound) Operator() []byte { return slices.Concat(b.OperatorKey, b.OperatorSignature) }

// Bind signs with the operator's key of that name and the key of the host that both belong to the owner in
// the domain. The error wraps ErrInvalid for an owner that is no address, or is that of the keyring.
func (k *Keyring) Bind(d proof.Domain, owner, operator string, host ed25519.PrivateKey) (Bound, error) {
	address, err := AddressBytes(owner)
	if err != nil {
		return Bound{}, fmt.Errorf("owner of the node: %w", err)
	}
	key, err := k.Key(operator)
	if err != nil {
		return Bound{}, err
	}
	body := proof.Binding{Owner: address, Operator: key.public.Address(), PeerKey: [32]byte(host.Public().(ed25519.PublicKey))}
	preimage, err := body.SignBytes(d)
	if err != nil {
		return Bound{}, fmt.Errorf("bind the node: %w", err)
	}
	b := Bound{OperatorKey: key.public.Bytes(), PeerKey: body.PeerKey[:]}
	if b.OperatorSignature, err = k.sign(operator, preimage); err != nil {
		return Bound{}, err
	}
	if b.PeerSignature, err = body.Sign(host, d); err != nil {
		return Bound{}, fmt.Errorf("bind the node: %w", err)
	}
	return b, nil
}

// RegisterNode makes a node of the owner, who signs and puts up the bond, which may be nothing.
func RegisterNode(owner, network string, b Bound, o work.Offer, bond Coin) (Msg, error) {
	return pack(&networktypes.MsgRegisterNode{
		Owner: owner, Network: network, OperatorKey: b.OperatorKey, OperatorSignature: b.OperatorSignature,
		PeerKey: b.PeerKey, PeerSignature: b.PeerSignature, Offer: offer(o), Bond: bond.Amount,
	}, bond)
}

// CheckOffer returns an error that wraps ErrInvalid unless the chain takes the offer.
func CheckOffer(o work.Offer) error {
	if err := offer(o).Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}

// BondNode puts up money for a node; the giver signs.
func BondNode(giver, network string, node uint64, amount Coin) (Msg, error) {
	return pack(&networktypes.MsgBond{Giver: giver, Network: network, Node: node, Amount: amount.Amount}, amount)
}

// UnbondNode takes money out of a node again; the giver signs.
func UnbondNode(giver, network string, node uint64, amount Amount) (Msg, error) {
	return pack(&networktypes.MsgUnbond{Giver: giver, Network: network, Node: node, Amount: amount})
}

// LeaveNetwork takes a node out for good; its owner signs.
func LeaveNetwork(owner, network string, node uint64) (Msg, error) {
	return pack(&networktypes.MsgLeave{Owner: owner, Network: network, Node: node})
}

// ResumeNode brings a suspended node back; its operator signs.
func ResumeNode(operator, network string, node uint64) (Msg, error) {
	return pack(&networktypes.MsgResume{Operator: operator, Network: network, Node: node})
}

// PublishBootstrap says until which height peers may enter the network at a host, whose key signs the record.
// The publisher signs the transaction. The error wraps those of the record's bounds.
func PublishBootstrap(publisher string, d proof.Domain, host ed25519.PrivateKey, addrs []string, expires int64) (Msg, error) {
	record := networktypes.Bootstrap{PeerKey: host.Public().(ed25519.PublicKey), Addrs: addrs, ExpiresHeight: expires}
	signature, err := record.Sign(host, d)
	if err != nil {
		return Msg{}, fmt.Errorf("sign the bootstrap record: %w", err)
	}
	return pack(&networktypes.MsgPublishBootstrap{Publisher: publisher, Network: d.Network, Record: record, PeerSignature: signature})
}

// MaxBootstrapBlocks is how many blocks ahead a bootstrap record may count at most.
const MaxBootstrapBlocks = networktypes.MaxBootstrapBlocks

func offer(o work.Offer) networktypes.Offer {
	return networktypes.Offer{
		Region: o.Region, StorageBytes: o.StorageBytes, MemoryBytes: o.MemoryBytes, CommissionBps: uint32(max(0, o.CommissionBps)),
	}
}
