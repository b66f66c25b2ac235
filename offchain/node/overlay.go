package node

import (
	"crypto/ed25519"
	"io"
	"path/filepath"
	"slices"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/offchain/node/door"
	"github.com/mesh-protocol/mesh/offchain/node/head"
	"github.com/mesh-protocol/mesh/offchain/p2p"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// agent names the software in greetings.
const agent = "mesh"

// maxWanted bounds the fellow nodes a node stays connected to by name.
const maxWanted = 48

// overlayConfig is the configuration of the overlay for a home of a network. listen is empty for one that
// only dials; bootstrap are addresses besides those on chain.
func overlayConfig(home, keyFile, chainID string, n chain.Network, listen, announce, bootstrap []string) p2p.Config {
	cfg := p2p.DefaultConfig()
	cfg.ChainID, cfg.Genesis, cfg.Network, cfg.Agent = chainID, fingerprint(chainID, n), n.Id, agent
	cfg.KeyFile = keyFile
	cfg.Listen, cfg.Announce, cfg.Bootstrap = listen, announce, bootstrap
	// Beside the key: a node and a client of one home know other peers.
	cfg.PeersFile = filepath.Join(dataDir(home, ""), "peers-"+filepath.Base(keyFile)+"-"+n.Id)
	return cfg
}

// fellows returns the other nodes of a network that a node wants to stay connected to.
func fellows(members []work.Member, own peer.ID) []peer.AddrInfo {
	var list []peer.AddrInfo
	for _, m := range members {
		id, err := peer.Decode(m.Peer)
		if err != nil || id == own || m.Status != work.MemberJoined {
			continue
		}
		if list = append(list, peer.AddrInfo{ID: id}); len(list) == maxWanted {
			break
		}
	}
	return list
}

// greeting is what a node says of itself.
func greeting(cfg Config, operator, binding []byte) func() *message.Hello {
	return func() *message.Hello {
		return &message.Hello{Roles: []string{cfg.Role}, Operator: operator, BindingSig: binding, Region: cfg.Region}
	}
}

// published returns the multiaddrs under which others may find the node, without its peer id, at most 8:
// what chain records take.
func published(addrs []ma.Multiaddr, id peer.ID) []string {
	var list []string
	for _, a := range addrs {
		transport, of := peer.SplitAddr(a)
		if transport == nil || of != "" && of != id {
			continue
		}
		if s := transport.String(); !slices.Contains(list, s) && len(list) < 8 {
			list = append(list, s)
		}
	}
	return list
}

// LoadHostKey returns the key of the home's libp2p host, made if there is none.
func LoadHostKey(home string, random io.Reader) (ed25519.PrivateKey, error) {
	return p2p.LoadKey(KeyFile(home), random)
}

// newOverlay opens the sockets of a node.
func newOverlay(cfg p2p.Config, h *head.Head, d *door.Door, hello func() *message.Hello, f p2p.Finder, deps Deps) (*p2p.Overlay, error) {
	return p2p.New(cfg, p2p.Deps{
		Height:  func() uint64 { return uint64(max(0, h.Height())) },
		Hello:   hello,
		Welcome: d.Welcome,
		Finders: []p2p.Finder{f},
		Rand:    deps.Rand,
		Log:     deps.Log,
	})
}
