package p2p

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/libp2p/go-libp2p"
	dht "github.com/libp2p/go-libp2p-kad-dht"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/proof"
)

// Overlay is a node's end of the overlay. All its methods may be called by several goroutines at once.
type Overlay struct {
	cfg   Config
	deps  Deps
	clock Clock
	log   *slog.Logger
	dice  *dice
	key   crypto.PrivKey

	host       host.Host
	gate       *gate
	dht        *dht.IpfsDHT
	gossip     *gossip
	stopGossip context.CancelFunc

	events   *events
	peers    *table
	book     *book
	targets  *targets
	exchange *exchangeState
	credit   *buckets

	crew  crew           // streams being served
	loops sync.WaitGroup // what Run has started

	closing  sync.Once
	closeErr error

	mu       sync.Mutex // guards the following
	started  bool
	services map[string]*service // by name
}

// New loads or makes the identity, opens the sockets and prepares everything, but lets nobody in and dials nobody before
// Run. Errors: of Config.Validate, of LoadKey, and of the sockets. The caller closes the overlay.
func New(cfg Config, deps Deps) (*Overlay, error) {
	return newOverlay(cfg, deps)
}

// newOverlay is New with seams for tests.
func newOverlay(cfg Config, deps Deps, seams ...libp2p.Option) (*Overlay, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("make overlay: %w", err)
	}
	deps = deps.withDefaults()
	now := deps.Clock.Now
	o := &Overlay{
		cfg: cfg, deps: deps, clock: deps.Clock, log: deps.Log,
		gate: newGate(now), events: newEvents(), book: newBook(now), exchange: newExchange(),
		credit: newBuckets(creditEvery, creditSize, now), services: make(map[string]*service),
	}
	o.peers = newTable(o.events, now)
	steps := []func() error{
		o.makeIdentity, o.makeTargets, o.makeServices,
		func() error { return o.makeHost(seams) }, o.loadBook, o.makeRouting, o.makeGossip,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, errors.Join(fmt.Errorf("make overlay: %w", err), o.Close())
		}
	}
	return o, nil
}

func (o *Overlay) makeIdentity() error {
	raw, err := LoadKey(o.cfg.KeyFile, o.deps.Rand)
	if err != nil {
		return err
	}
	if o.key, err = crypto.UnmarshalEd25519PrivateKey(raw); err != nil {
		return err
	}
	o.dice, err = newDice(o.deps.Rand)
	return err
}

func (o *Overlay) makeTargets() (err error) {
	o.targets, err = newTargets(o.cfg, o.dice)
	return err
}

// makeServices registers the overlay's own protocols.
func (o *Overlay) makeServices() error {
	for _, own := range []service{
		{name: ProtocolHello, early: true, serve: o.hearHello},
		{name: ProtocolPing, early: true, serve: o.hearPings},
	} {
		var err error
		if own.limits, err = DefaultLimits(own.name); err != nil {
			return err
		}
		if err := o.register(&own); err != nil {
			return err
		}
	}
	limits, err := DefaultLimits(ProtocolPeers)
	if err != nil {
		return err
	}
	return o.Handle(ProtocolPeers, limits, o.answerPeers)
}

func (o *Overlay) makeHost(seams []libp2p.Option) (err error) {
	if o.host, err = newHost(o.cfg, o.key, o.gate, seams...); err != nil {
		return err
	}
	return listen(o.host, o.cfg.Listen)
}

func (o *Overlay) makeRouting() (err error) {
	o.dht, err = newRouting(context.Background(), o.host, o.cfg.Network, o.peers.isAdmitted)
	return err
}

func (o *Overlay) makeGossip() (err error) {
	ctx, cancel := context.WithCancel(context.Background())
	o.stopGossip = cancel
	checker := message.Checker{
		Domain:    proof.Domain{ChainID: o.cfg.ChainID, Network: o.cfg.Network},
		Freshness: message.DefaultFreshness(), Height: o.deps.Height,
	}
	o.gossip, err = newGossip(ctx, o.host, o.cfg.Network, checker, gossipJudge{
		admitted: o.peers.isAdmitted,
		invalid:  func(id peer.ID) { o.punish(id, offenceGossip, "invalid gossip") },
	})
	return err
}

// Run lets peers in, looks for them and keeps the connections, until ctx ends; then it returns nil once everything it
// started has ended. It returns ErrRunning when it is called again.
func (o *Overlay) Run(ctx context.Context) error {
	o.mu.Lock()
	if o.started {
		o.mu.Unlock()
		return fmt.Errorf("run overlay: %w", ErrRunning)
	}
	o.started = true
	o.mu.Unlock()

	notifiee := o.notifiee()
	o.host.Network().Notify(notifiee)
	o.serveAll(ctx)
	o.gate.setOpen(true)
	for _, loop := range []func(context.Context){o.tend, o.sweep, o.connect, o.exchangePeers, o.keepBook} {
		o.loops.Go(func() { loop(ctx) })
	}
	for _, f := range o.deps.Finders {
		o.loops.Go(func() { o.find(ctx, f) })
	}
	<-ctx.Done()
	o.gate.setOpen(false)
	o.crew.stop()
	o.loops.Wait()
	o.host.Network().StopNotify(notifiee)
	return nil
}

// serveAll makes libp2p hand streams to the services.
func (o *Overlay) serveAll(ctx context.Context) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, v := range o.services {
		id := protocolID(o.cfg.Network, v.name)
		accept := func(s network.Stream) { o.accept(ctx, v, s) }
		if v.name == ProtocolHello {
			o.host.SetStreamHandlerMatch(id, matchHello, accept)
		} else {
			o.host.SetStreamHandler(id, accept)
		}
	}
}

// Close ends all connections and frees what New took. It is called after Run has returned, or without Run; twice is
// fine.
func (o *Overlay) Close() error {
	o.closing.Do(func() {
		o.gate.setOpen(false)
		if o.stopGossip != nil {
			o.stopGossip()
		}
		if o.dht != nil {
			o.closeErr = o.dht.Close()
		}
		if o.host != nil {
			o.closeErr = errors.Join(o.closeErr, o.host.Close())
		}
		o.events.close()
	})
	return o.closeErr
}

// ID is the peer id of the node.
func (o *Overlay) ID() peer.ID {
	if o.host == nil {
		return ""
	}
	return o.host.ID()
}

// Addrs returns where the node is reached, as multiaddrs with its peer id at their end.
func (o *Overlay) Addrs() []ma.Multiaddr {
	addrs, err := peer.AddrInfoToP2pAddrs(&peer.AddrInfo{ID: o.ID(), Addrs: o.host.Addrs()})
	if err != nil {
		return nil // only for an id that is empty, and ours is not
	}
	return addrs
}

// Subscribe returns a subscription to events that buffers so many, at least one. The caller closes it.
func (o *Overlay) Subscribe(buffer int) *Subscription { return o.events.subscribe(buffer) }
