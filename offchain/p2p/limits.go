package p2p

import (
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// Names of the protocols; on the wire they are /mesh/<network>/<name>/1.0.0. The first three are the overlay's own.
const (
	ProtocolHello = "hello" // the greeting, before all others but ping
	ProtocolPing  = "ping"  // keeps a connection alive
	ProtocolPeers = "px"    // exchange of peer records
	ProtocolEvent = "event" // envelopes, directly
	ProtocolTask  = "task"  // handing out of tasks
	ProtocolPiece = "piece" // transfer of pieces
)

// Limits bounds what peers may ask of a protocol.
type Limits struct {
	MaxFrame int           // bytes in a request's frame, or an answer's
	PerPeer  int           // streams of one peer served at once
	Total    int           // streams served at once
	Every    time.Duration // a peer may open a stream this often …
	Burst    int           // … and so many at once after a pause
	Idle     time.Duration // a request is served, and a frame of a bulk stream arrives, within this time, or not at all
	memory   int64         // bytes of one peer, where the frames do not say it
}

// protocolLimits is the table of docs/protocol/overlay.md.
var protocolLimits = []struct {
	name   string
	limits Limits
}{
	// A client greets with every command, and commands may run in a loop.
	{ProtocolHello, Limits{MaxFrame: 4 << 10, PerPeer: 2, Total: 256, Every: 100 * time.Millisecond, Burst: 100, Idle: 15 * time.Second}},
	{ProtocolPing, Limits{MaxFrame: 64, PerPeer: 2, Total: 512, Every: time.Second, Burst: 10, Idle: 15 * time.Second}},
	{ProtocolPeers, Limits{MaxFrame: 48 << 10, PerPeer: 1, Total: 64, Every: time.Minute, Burst: 6, Idle: 15 * time.Second}},
	{ProtocolEvent, Limits{MaxFrame: message.MaxControlFrame, PerPeer: 8, Total: 1024, Every: 10 * time.Millisecond, Burst: 200, Idle: 15 * time.Second}},
	{ProtocolTask, Limits{MaxFrame: message.MaxControlFrame, PerPeer: 8, Total: 512, Every: 50 * time.Millisecond, Burst: 100, Idle: 15 * time.Second}},
	{ProtocolPiece, Limits{MaxFrame: message.MaxBulkFrame, PerPeer: 16, Total: 1024, Every: 5 * time.Millisecond, Burst: 500, Idle: time.Minute, memory: 8 << 20}},
}

// DefaultLimits returns the limits of a protocol, which are also the highest that Handle takes: ErrInvalid for a name
// that is no protocol.
func DefaultLimits(name string) (Limits, error) {
	for _, p := range protocolLimits {
		if p.name == name {
			return p.limits, nil
		}
	}
	return Limits{}, fmt.Errorf("%w: protocol %.80q", ErrInvalid, name)
}

// within reports whether l asks for no more than the table gives.
func (l Limits) within(most Limits) bool {
	positive := l.MaxFrame > 0 && l.PerPeer > 0 && l.Total > 0 && l.Every > 0 && l.Burst > 0 && l.Idle > 0
	return positive && l.MaxFrame <= most.MaxFrame && l.PerPeer <= most.PerPeer && l.Total <= most.Total &&
		l.Every >= most.Every && l.Burst <= most.Burst && l.Idle <= most.Idle
}

func protocolID(network, name string) protocol.ID {
	return protocol.ID("/mesh/" + network + "/" + name + "/1.0.0")
}

// headroom is how many times the table's number of streams libp2p lets in, so that those beyond the table can be told
// why they are refused. libp2p resets what is beyond its own limit without a word.
const headroom = 2

// Fixed sizes of the resource manager: half a GiB of memory and as many sockets as a plain user has.
const (
	maxMemory  = 512 << 20
	maxSockets = 1024
)

// newResources makes the resource manager: libp2p's defaults at fixed sizes instead of a share of the machine, the
// connections that the connection manager needs, and the table for our own protocols.
func newResources(networkID string, highPeers int) (network.ResourceManager, error) {
	limits := rcmgr.DefaultLimits
	libp2p.SetDefaultServiceLimits(&limits)
	// Above the high mark the connection manager closes the least useful; until it gets there, more must fit. Those who
	// crowd in leave room for those we want.
	in, out := highPeers+highPeers/2, highPeers
	limits.SystemBaseLimit.Conns, limits.SystemBaseLimit.ConnsInbound, limits.SystemBaseLimit.ConnsOutbound = in+out, in, out
	limits.SystemLimitIncrease.Conns, limits.SystemLimitIncrease.ConnsInbound, limits.SystemLimitIncrease.ConnsOutbound = 0, 0, 0
	for _, p := range protocolLimits {
		id, none := protocolID(networkID, p.name), rcmgr.BaseLimitIncrease{}
		memory := max(p.limits.memory, int64(p.limits.MaxFrame*p.limits.PerPeer))
		limits.AddProtocolPeerLimit(id, streamLimit(p.limits.PerPeer, headroom*memory), none)
		limits.AddProtocolLimit(id, streamLimit(p.limits.Total, max(memory, int64(p.limits.MaxFrame*p.limits.Total))), none)
	}
	limiter := rcmgr.NewFixedLimiter(limits.Scale(maxMemory, maxSockets))
	m, err := rcmgr.NewResourceManager(limiter, rcmgr.WithMetricsDisabled())
	if err != nil {
		return nil, fmt.Errorf("make resource manager: %w", err)
	}
	return m, nil
}

// streamLimit allows so many streams in each direction, with headroom.
func streamLimit(streams int, memory int64) rcmgr.BaseLimit {
	n := headroom * streams
	return rcmgr.BaseLimit{StreamsInbound: n, StreamsOutbound: n, Streams: 2 * n, Memory: memory}
}
