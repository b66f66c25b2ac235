package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/node"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// bootstrapAnswer is what mesh bootstrap prints once the node listens.
type bootstrapAnswer struct {
	header
	NetworkID string   `json:"network_id"`
	Peer      string   `json:"peer"`
	Addrs     []string `json:"addrs"`
	Publisher string   `json:"publisher"` // whose records are sent once the node runs; empty for nobody's
}

// bootstrapCommand runs a node that others enter a network by.
func (c *cli) bootstrapCommand() *cobra.Command {
	var id string
	var f listenFlags
	var quiet bool
	cmd := &cobra.Command{
		Use: "bootstrap", Short: "Run a node that others enter the network by", Args: cobra.NoArgs,
		Long: `Run a node that keeps no pieces and earns nothing: others enter the network by it. Its addresses go
on chain, signed by the founder or by the owner or operator of a bonded node of this home, and are renewed. It runs until
it is told to stop.`,
		Example: "  mesh bootstrap --network-id net_1a2b3c4d --port 8080",
	}
	cmd.RunE = c.with("run a bootstrap node", func(ctx context.Context, s settings, _ []string) error { return c.bootstrap(ctx, s, id, f, quiet) })
	set := cmd.Flags()
	set.StringVar(&id, "network-id", "", "the network (default the only one this home knows)")
	f.add(set, defaultBootstrapPort, ", 0 = any free one")
	set.BoolVar(&quiet, "unpublished", false, "do not put the addresses on chain")
	return cmd
}

func (c *cli) bootstrap(ctx context.Context, s settings, id string, f listenFlags, unpublished bool) error {
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	n, err := whichNetwork(ctx, s, client, id)
	if err != nil {
		return err
	}
	listen, err := f.addresses(s.ChainID, true)
	if err != nil {
		return err
	}
	cfg := node.Config{
		Home: s.Home, ChainID: s.ChainID, Network: n.Id, Role: node.RoleBootstrap,
		Listen: listen, Announce: f.announce, Bootstrap: f.bootstrap, Poll: pollOf(s.ChainID),
	}
	a := bootstrapAnswer{header: answerTo("bootstrap"), NetworkID: n.Id}
	if !unpublished {
		key, err := kr.Key(s.From)
		if err != nil {
			return advised{err, "choose the founder's key, or that of the owner or operator of this home's node, with --from; or --unpublished"}
		}
		own, err := ownNode(ctx, s, client, n)
		if err != nil {
			return err
		}
		if err := checkPublisher(n, own, key); err != nil {
			return err
		}
		cfg.Publisher, a.Publisher = key.Name, key.Address
	}
	deps := c.nodeDeps(s, kr, client)
	deps.Published = c.tellPublished(s)
	running, err := node.New(ctx, cfg, deps)
	if err != nil {
		return err
	}
	a.Peer, a.Addrs = running.Peer(), running.Addrs()
	err = c.print(s, a, func(p *page) {
		p.title("Bootstrap node of network %s (%s) runs.", n.Name, n.Id)
		p.line("")
		p.row("Peer", "%s", a.Peer)
		for _, addr := range a.Addrs {
			p.row("Address", "%s", addr)
		}
		p.row("Publishing as", "%s", orNobody(a.Publisher))
		p.line("")
		p.line("Ctrl-C ends it. Next, on other devices:")
		p.line("  mesh join --network-id %s", n.Id)
	})
	return runNode(ctx, running, cfg, deps, err)
}

// ownNode returns the node of a network whose host is this home's, one without a weight where there is none.
func ownNode(ctx context.Context, s settings, client *chain.Client, n chain.Network) (work.Member, error) {
	host, err := hostPeer(s.Home)
	if err != nil || host == [32]byte{} {
		return work.Member{}, err
	}
	m, err := client.MemberByPeer(ctx, n.Id, chain.PeerID(host))
	if errors.Is(err, chain.ErrNotFound) {
		return work.Member{}, nil
	}
	return m.Member, err
}

// checkPublisher refuses a key whose records the chain does not take: only the founder, and owner and operator of a bonded node
// with this home's host, may say where others enter.
func checkPublisher(n chain.Network, own work.Member, key chain.Key) error {
	if key.Address == n.Founder || !own.Weight.IsZero() && (own.Owner == key.Address || own.Operator == key.Address) {
		return nil
	}
	return refused("not_a_publisher", "publish the addresses",
		fmt.Sprintf("key %s, %s, is neither that of the founder of network %s nor of the owner or operator of a bonded node of this home", key.Name, key.Address, n.Id),
		"choose such a key with --from, or run it with --unpublished and tell others an address")
}

// tellPublished says once that the addresses are on chain.
func (c *cli) tellPublished(s settings) func(height int64) {
	var once sync.Once
	return func(height int64) {
		if s.json() {
			return
		}
		once.Do(func() { fmt.Fprintf(c.con.err, "Published: the addresses are on chain since block %d.\n", height) })
	}
}

// nodeDeps are what every node is given.
func (c *cli) nodeDeps(s settings, kr *chain.Keyring, client *chain.Client) node.Deps {
	return node.Deps{Client: client, Keyring: kr, Rand: rand.Reader, Now: time.Now, Log: c.log(s)}
}

// pollOf is the pause between two looks at the head of the chain: a devnet makes three blocks a second.
func pollOf(chainID string) time.Duration {
	if chain.IsDevnet(chainID) {
		return 100 * time.Millisecond
	}
	return time.Second
}

func orNobody(address string) string {
	if address == "" {
		return "nobody: tell others an address with " + fmt.Sprintf("%q", "--bootstrap")
	}
	return address
}
