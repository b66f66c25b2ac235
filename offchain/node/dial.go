package node

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/lifecycle"
	"github.com/mesh-protocol/mesh/offchain/node/head"
	"github.com/mesh-protocol/mesh/offchain/p2p"
	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/proof"
)

// ClientConfig says for whom and where a client works.
type ClientConfig struct {
	Home      string // with the client's own objects
	ChainID   string
	Network   string
	Key       string   // name of the key that pays and may change what it bought; "" for one that only reads
	Bootstrap []string // where to enter, besides what the chain says
	Poll      time.Duration
}

// Client is what stores objects in a network and gets them back. It listens nowhere.
type Client struct {
	Objects *storage.Client

	payer  *payer // nil where reading is free
	group  *lifecycle.Group
	cancel context.CancelFunc
	ran    chan error
	close  func() error // once
}

// Dial enters a network as a client. Its connections live until Close; ctx bounds the entering only. Errors:
// chain.ErrNotFound for a network that is not on chain, storage.ErrLocked where another process uses the objects of
// the home, and those of keys, chain and overlay.
func Dial(ctx context.Context, cfg ClientConfig, deps Deps) (*Client, error) {
	c := &Client{group: lifecycle.New(deps.Log, 0), ran: make(chan error, 1)}
	c.close = sync.OnceValue(func() error {
		c.cancel()
		return errors.Join(<-c.ran, c.group.Close())
	})
	n, _, err := deps.Client.Network(ctx, cfg.Network)
	if err != nil {
		return nil, err
	}
	overlay, key, err := c.open(ctx, cfg, deps, n)
	if err != nil {
		return nil, errors.Join(err, c.group.Close())
	}
	if err := c.objects(cfg, deps, n, overlay, key); err != nil {
		return nil, errors.Join(err, c.group.Close())
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel = cancel
	go func() { c.ran <- c.group.Run(running) }()
	if err := awaitPeer(ctx, overlay); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// open opens the sockets of a client.
func (c *Client) open(ctx context.Context, cfg ClientConfig, deps Deps, n chain.Network) (*p2p.Overlay, ed25519.PrivateKey, error) {
	if err := checkEntrances(cfg.Bootstrap); err != nil {
		return nil, nil, err
	}
	records, err := deps.Client.Bootstraps(ctx, cfg.Network)
	if err != nil {
		return nil, nil, err
	}
	if len(records)+len(cfg.Bootstrap) == 0 {
		return nil, nil, fmt.Errorf("%w: network %s", ErrNoEntrance, cfg.Network)
	}
	if err := os.MkdirAll(dataDir(cfg.Home, ""), 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the home: %w", err)
	}
	keyFile := clientKeyFile(cfg.Home)
	key, err := p2p.LoadKey(keyFile, deps.Rand)
	if err != nil {
		return nil, nil, err
	}
	h := head.New(heights{deps.Client}, cfg.Poll, deps.Log)
	members, err := deps.Client.Members(ctx, cfg.Network)
	if err != nil {
		return nil, nil, err
	}
	overlay, err := clientOverlay(cfg, deps, n, entrances(records), keyFile, h)
	if err != nil {
		return nil, nil, err
	}
	c.group.Add(lifecycle.Item{Name: "chain", Run: h.Run})
	c.group.Add(lifecycle.Item{Name: "overlay", Run: overlay.Run, Close: overlay.Close})
	return overlay, key, overlay.SetWanted(fellows(members, overlay.ID()))
}

// clientKeyFile is where the key of a client's host lies.
func clientKeyFile(home string) string { return filepath.Join(home, "client_key") }

// ClientHost returns the public key of the host of a home's client; zeros where it has not entered a network yet.
func ClientHost(home string) ([32]byte, error) {
	if _, err := os.Stat(clientKeyFile(home)); errors.Is(err, os.ErrNotExist) {
		return [32]byte{}, nil
	}
	key, err := p2p.LoadKey(clientKeyFile(home), nil)
	if err != nil {
		return [32]byte{}, err
	}
	return [32]byte(key.Public().(ed25519.PublicKey)), nil
}

// domain is where the client's signatures count.
func (c ClientConfig) domain() proof.Domain {
	return proof.Domain{ChainID: c.ChainID, Network: c.Network}
}

// clientOverlay only dials, and greets as nobody in particular.
func clientOverlay(cfg ClientConfig, deps Deps, n chain.Network, known []peer.AddrInfo, keyFile string, h *head.Head) (*p2p.Overlay, error) {
	guard := newDoor(deps.Client, cfg.domain(), deps.Now)
	finder := entranceFinder{chain: deps.Client, network: cfg.Network, every: looksPerEntrance * cfg.Poll}
	oc := overlayConfig(cfg.Home, keyFile, cfg.ChainID, n, nil, nil, p2p.Named(cfg.Bootstrap, known))
	oc.Brief = true
	return newOverlay(oc, h, guard, nil, finder, deps)
}

// objects opens the database of the client's own objects and what reaches holders.
func (c *Client) objects(cfg ClientConfig, deps Deps, n chain.Network, overlay *p2p.Overlay, host ed25519.PrivateKey) (err error) {
	a := account{chain: deps.Client, keys: deps.Keyring, network: cfg.Network, poll: cfg.Poll}
	if cfg.Key != "" {
		key, err := deps.Keyring.Key(cfg.Key)
		if err != nil {
			return err
		}
		a.key = key
	}
	domain := cfg.domain()
	if c.payer, err = newPayer(a, n, domain, host); err != nil {
		return err
	}
	rc := remote.DefaultConfig(domain)
	rc.Payer = asPayer(c.payer)
	far, err := remote.New(rc, dialer{overlay})
	if err != nil {
		return err
	}
	sc := storage.DefaultConfig(ObjectsDir(cfg.Home, cfg.Network), domain, [32]byte(host.Public().(ed25519.PublicKey)))
	if c.Objects, err = storage.New(sc, a, storage.NewRemote(far)); err != nil {
		return err
	}
	c.group.Add(lifecycle.Item{Name: "objects", Close: c.Objects.Close})
	return nil
}

// ObjectsDir is where a home keeps what a client knows of its own objects in a network.
func ObjectsDir(home, network string) string { return filepath.Join(home, "objects.db", network) }

// OpenObjects opens the client's own objects without entering the network: they can be listed and shared.
func OpenObjects(home, chainID, network string) (*storage.Client, error) {
	return storage.New(storage.DefaultConfig(ObjectsDir(home, network), proof.Domain{ChainID: chainID, Network: network}, [32]byte{}), nil, nil)
}

// ErrNoNodes: no node of the network takes part yet.
var ErrNoNodes = errors.New("no node has joined yet")

// ErrNoEntrance: nobody has said where the network can be entered.
var ErrNoEntrance = errors.New("no way into the network is known")

// ErrNoPeer: none of the ways into the network led anywhere in time.
var ErrNoPeer = errors.New("no peer of the network answers")

// enterTime is how long a client looks for its first peer.
const enterTime = 30 * time.Second

// awaitPeer returns once the client is connected to somebody.
func awaitPeer(ctx context.Context, o *p2p.Overlay) error {
	ctx, cancel := context.WithTimeout(ctx, enterTime)
	defer cancel()
	events := o.Subscribe(16)
	defer events.Close()
	var last string
	for len(o.Peers()) == 0 {
		select {
		case e := <-events.C():
			if e.Kind == p2p.PeerRefused {
				last = ": " + e.Reason
			}
		case <-ctx.Done():
			return fmt.Errorf("%w%s", ErrNoPeer, last)
		}
	}
	return nil
}

// Close leaves the network. A second call returns what the first did.
func (c *Client) Close() error { return c.close() }
