package app_test

import (
	"crypto/ed25519"
	"crypto/sha256"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// storageNet is the domain of the first network of a test chain, which the member founder made.
func storageNet() proof.Domain {
	return proof.Domain{ChainID: chainID, Network: networktypes.NetworkID(chainID, who("founder").addr, "StorageNet", nil, 1, 0)}
}

// peerKey is the key of the libp2p host of a name.
func peerKey(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("peer " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// newNode registers a node of the founder in its network, with operator and host of a name. It
// panics where a key cannot sign.
func newNode(name string) *networktypes.MsgRegisterNode {
	founder, operator, peer := who("founder"), who("operator "+name), peerKey(name)
	binding := proof.Binding{Owner: founder.addr, Operator: operator.addr, PeerKey: [32]byte(peer.Public().(ed25519.PublicKey))}
	pre, err := binding.SignBytes(storageNet())
	if err != nil {
		panic(err)
	}
	operatorSignature, err := operator.key.Sign(pre)
	if err != nil {
		panic(err)
	}
	return &networktypes.MsgRegisterNode{
		Owner: founder.text(), Network: storageNet().Network, OperatorKey: operator.key.PubKey().Bytes(), OperatorSignature: operatorSignature,
		PeerKey: binding.PeerKey[:], PeerSignature: ed25519.Sign(peer, pre), Bond: math.ZeroInt(),
	}
}

// newBootstrap publishes where the host of a name is, until a height.
func newBootstrap(name string, until int64) *networktypes.MsgPublishBootstrap {
	peer := peerKey(name)
	record := networktypes.Bootstrap{PeerKey: peer.Public().(ed25519.PublicKey), Addrs: []string{"/ip4/10.0.0.1/tcp/4001"}, ExpiresHeight: until}
	signature, err := record.Sign(peer, storageNet())
	if err != nil {
		panic(err)
	}
	return &networktypes.MsgPublishBootstrap{Publisher: who("founder").text(), Network: storageNet().Network, Record: record, PeerSignature: signature}
}
