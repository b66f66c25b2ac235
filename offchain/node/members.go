package node

import (
	"context"
	"errors"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/node/door"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// newDoor returns a door that asks the chain who is a node of the domain's network.
func newDoor(c *chain.Client, d proof.Domain, now func() time.Time) *door.Door {
	return door.New(d, door.Deps{
		MemberByPeer: func(ctx context.Context, id peer.ID) (door.Member, error) { return memberByPeer(ctx, c, d.Network, id) },
		Verify:       verifyAccount,
		Now:          now,
	})
}

func memberByPeer(ctx context.Context, c *chain.Client, network string, id peer.ID) (door.Member, error) {
	m, err := c.MemberByPeer(ctx, network, id.String())
	if errors.Is(err, chain.ErrNotFound) {
		return door.Member{}, door.ErrUnknown
	}
	if err != nil {
		return door.Member{}, err
	}
	found := door.Member{PeerKey: m.PeerKey, Left: m.Status == work.MemberLeft}
	if found.Owner, err = chain.AddressBytes(m.Owner); err != nil {
		return door.Member{}, err
	}
	found.Operator, err = chain.AddressBytes(m.Operator)
	return found, err
}

func verifyAccount(account, public, preimage, signature []byte) error {
	address, err := chain.AddressText(account)
	if err != nil {
		return err
	}
	return chain.VerifyAccount(address, public, preimage, signature)
}
