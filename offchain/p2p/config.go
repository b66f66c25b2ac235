package p2p

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// DefaultPort is the port a node listens on, TCP and UDP.
const DefaultPort = 4001

// Config says who the node is, where it listens and whom it knows.
type Config struct {
	ChainID string   // chain id of the genesis file, 1 to 50 bytes
	Genesis [32]byte // hash of the genesis file
	Network string   // id of the network, 1 to 64 of a–z, 0–9, '_' and '-'

	KeyFile   string // the identity; made if missing, see LoadKey
	PeersFile string // remembers peers from run to run; "" = nothing is remembered

	Listen    []string // multiaddrs, as ListenOn and ListenWebSocket make them; none = the node only dials
	Announce  []string // further multiaddrs the node is reached at, of a router that forwards for example
	Bootstrap []string // where to find first peers, see ParseAddress
	Agent     string   // names the software, printable ASCII of at most 64 bytes

	LowPeers    int // beyond HighPeers connections, those least useful are closed down to this number
	HighPeers   int
	FewPeers    int // below this number the bootstrap nodes are asked again
	TargetPeers int // below this number known peers are dialled
	// Brief is a host that lives for a command. It asks new neighbours for peers only while it knows none: commands in a row
	// would ask more than neighbours bear.
	Brief bool

	Timing Timing
}

// Timing holds the times the overlay acts by. All are positive.
type Timing struct {
	Hello      time.Duration // a connection on which nobody has said hello by then is closed
	Ping       time.Duration // between two pings on a connection
	Silent     time.Duration // a connection on which nothing was heard for so long is closed
	RetryMin   time.Duration // first wait between two attempts to reach a peer; doubles up to RetryMax
	RetryMax   time.Duration
	RetryAlone time.Duration // longest wait while there is no peer at all
	Exchange   time.Duration // between two requests for peers, each to another neighbour
	Save       time.Duration // from learning of a peer to writing PeersFile
}

// DefaultConfig is a full node on the default port that listens on all interfaces.
func DefaultConfig() Config {
	return Config{
		Listen: append(ListenOn("0.0.0.0", DefaultPort), ListenOn("::", DefaultPort)...),
		Agent:  "mesh", LowPeers: 80, HighPeers: 160, FewPeers: 4, TargetPeers: 24,
		Timing: Timing{
			Hello: 10 * time.Second, Ping: 3 * time.Second, Silent: 9 * time.Second,
			RetryMin: time.Second, RetryMax: 5 * time.Minute, RetryAlone: 10 * time.Second,
			Exchange: 5 * time.Minute, Save: 5 * time.Second,
		},
	}
}

// Validate checks the bounds; its error wraps ErrInvalid or ErrAddress.
func (c Config) Validate() error {
	switch {
	case c.hello().Validate() != nil:
		return fmt.Errorf("%w: chain id %.60q or agent %.80q", ErrInvalid, c.ChainID, c.Agent)
	case !validName(c.Network):
		return fmt.Errorf("%w: network %.80q", ErrInvalid, c.Network)
	case c.KeyFile == "":
		return fmt.Errorf("%w: no key file", ErrInvalid)
	case c.LowPeers < 1 || c.HighPeers < c.LowPeers:
		return fmt.Errorf("%w: low and high number of peers: %d, %d", ErrInvalid, c.LowPeers, c.HighPeers)
	case c.FewPeers < 1 || c.TargetPeers < c.FewPeers || c.TargetPeers > c.HighPeers:
		return fmt.Errorf("%w: few and target number of peers: %d, %d", ErrInvalid, c.FewPeers, c.TargetPeers)
	}
	for _, s := range c.Bootstrap {
		if _, err := ParseAddress(s); err != nil {
			return err
		}
	}
	if _, err := parseMultiaddrs(append(append([]string(nil), c.Listen...), c.Announce...)); err != nil {
		return err
	}
	return c.Timing.validate()
}

// hello is the part of our greeting that does not change.
func (c Config) hello() *message.Hello {
	return &message.Hello{ChainId: c.ChainID, Genesis: c.Genesis[:], Agent: c.Agent}
}

func (t Timing) validate() error {
	for _, d := range []time.Duration{t.Hello, t.Ping, t.Silent, t.RetryMin, t.RetryMax, t.RetryAlone, t.Exchange, t.Save} {
		if d <= 0 {
			return fmt.Errorf("%w: a time that is not positive", ErrInvalid)
		}
	}
	if t.Silent <= t.Ping || t.RetryMax < t.RetryMin {
		return fmt.Errorf("%w: silent %v, ping %v, retry %v to %v", ErrInvalid, t.Silent, t.Ping, t.RetryMin, t.RetryMax)
	}
	return nil
}

// validName reports whether s is 1 to 64 of a–z, 0–9, '_' and '-': what can stand in a protocol id or a topic.
func validName(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= 64
}

// Deps is what the overlay asks of its surroundings. Every function may be called by several goroutines at once.
// A nil field stands for its default.
type Deps struct {
	// Height returns the newest chain height known, 0 = none. Default: always 0.
	Height func() uint64
	// Hello returns what the node says of itself, not nil: app hash, roles, operator, binding signature, uplink and
	// region. The overlay fills in the rest. Default: nothing.
	Hello func() *message.Hello
	// Welcome decides whether a peer of our chain and network may stay. It must be quick: ctx ends with Timing.Hello, in
	// which the other side has to decide too. A *message.Refusal reaches the peer as it is, another error as
	// CodeNotWelcome without its text. Default: everybody may.
	Welcome func(ctx context.Context, from peer.ID, hello *message.Hello) error
	// Finders look for peers by means of their own. Default: none.
	Finders []Finder

	Clock Clock        // default: SystemClock
	Rand  io.Reader    // default: crypto/rand
	Log   *slog.Logger // default: nothing is logged
}

func (d Deps) withDefaults() Deps {
	if d.Height == nil {
		d.Height = func() uint64 { return 0 }
	}
	if d.Hello == nil {
		d.Hello = func() *message.Hello { return new(message.Hello) }
	}
	if d.Welcome == nil {
		d.Welcome = func(context.Context, peer.ID, *message.Hello) error { return nil }
	}
	if d.Clock == nil {
		d.Clock = SystemClock{}
	}
	if d.Rand == nil {
		d.Rand = rand.Reader
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return d
}
