package node

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/message"
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
	if home != "" {
		cfg.PeersFile = filepath.Join(dataDir(home, ""), "peers-"+n.Id)
	}
	return cfg
}

// entrances returns where the chain says that peers may enter a network, as multiaddrs with the peer's id.
func entrances(records []work.Bootstrap) []string {
	var list []string
	for _, r := range records {
		for _, a := range r.Addrs {
			if full := a + "/p2p/" + r.Peer; checkAddress(full) == nil {
				list = append(list, full)
			}
		}
	}
	return list
}

// checkAddress returns an error unless the overlay could dial the address.
func checkAddress(s string) error {
	_, err := p2p.ParseAddress(s)
	return err
}

// Entrances returns where a client or a node may enter a network: the addresses on chain and those given,
// which come first. The error names a given one that is none.
func Entrances(ctx context.Context, c *chain.Client, network string, given []string) ([]string, error) {
	for _, g := range given {
		if err := checkAddress(g); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
	}
	records, err := c.Bootstraps(ctx, network)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(given)
	for _, e := range entrances(records) {
		if !slices.Contains(list, e) {
			list = append(list, e)
		}
	}
	return list, nil
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
func newOverlay(cfg p2p.Config, h *head.Head, d *doorman, hello func() *message.Hello, random io.Reader, log *slog.Logger) (*p2p.Overlay, error) {
	return p2p.New(cfg, p2p.Deps{
		Height:  func() uint64 { return uint64(max(0, h.Height())) },
		Hello:   hello,
		Welcome: d.welcome,
		Rand:    random,
		Log:     log,
	})
}
