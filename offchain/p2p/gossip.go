package p2p

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// Settings of gossip beside libp2p's defaults.
const (
	gossipID        = 16                     // bytes of a message id
	gossipSeen      = 5 * time.Minute        // for how long a message is known as seen
	gossipPulse     = 700 * time.Millisecond // between two rounds of upkeep
	gossipTopics    = 128                    // topics of one peer, and of ours
	gossipCheckTime = 50 * time.Millisecond  // for one validation
	gossipChecks    = 64                     // validations of a topic at once
)

// gossip is the broadcast half of the overlay.
type gossip struct {
	ps          *pubsub.PubSub
	checker     message.Checker
	self        peer.ID
	undelivered atomic.Uint64 // messages dropped because their reader was slow
	unadmitted  atomic.Uint64 // messages dropped because their sender was not admitted

	mu     sync.Mutex
	topics map[string]*Topic
}

// gossipJudge is what gossip asks of the overlay about peers.
type gossipJudge struct {
	admitted func(peer.ID) bool
	invalid  func(peer.ID) // the peer has passed on an invalid message
}

// newGossip starts gossip on a host until ctx ends. Messages carry no libp2p signature: an envelope has its own where
// the author matters, bound to chain and network, and the same bytes from two authors are one message.
func newGossip(ctx context.Context, h host.Host, networkID string, checker message.Checker, judge gossipJudge) (*gossip, error) {
	g := &gossip{checker: checker, self: h.ID(), topics: make(map[string]*Topic)}
	params := pubsub.DefaultGossipSubParams()
	params.D, params.Dlo, params.Dhi, params.Dout, params.Dlazy = 8, 6, 12, 3, 8
	params.HeartbeatInterval = gossipPulse
	ours := regexp.MustCompile("^" + regexp.QuoteMeta("/mesh/"+networkID+"/") + "[a-z0-9_/-]{1,64}/1$")
	ps, err := pubsub.NewGossipSub(ctx, h,
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign),
		pubsub.WithNoAuthor(),
		pubsub.WithMessageIdFn(gossipMessageID),
		pubsub.WithMaxMessageSize(message.MaxControlFrame), // of a packet, which holds several messages
		pubsub.WithSeenMessagesTTL(gossipSeen),
		pubsub.WithGossipSubParams(params),
		// Our own messages go to all peers in the topic, not to the mesh only: it takes a round of upkeep to form, and
		// whoever has captured it cannot keep us silent (gossipsub v1.1, "flood publishing").
		pubsub.WithFloodPublish(true),
		pubsub.WithSubscriptionFilter(pubsub.WrapLimitSubscriptionFilter(pubsub.NewRegexpSubscriptionFilter(ours), gossipTopics)),
		pubsub.WithAppSpecificRpcInspector(g.onlyAdmitted(judge.admitted)),
		pubsub.WithRawTracer(&gossipTracer{undelivered: &g.undelivered, invalid: judge.invalid}),
	)
	if err != nil {
		return nil, fmt.Errorf("start gossip: %w", err)
	}
	g.ps = ps
	return g, nil
}

// gossipMessageID hashes topic and data. Without the topic in it, bytes sent in a topic where they are worthless would
// be taken for seen in the one they belong to.
func gossipMessageID(m *pb.Message) string {
	h := blake3.New(gossipID, nil)
	topic := m.GetTopic()
	var b [binary.MaxVarintLen64]byte
	_, _ = h.Write(b[:binary.PutUvarint(b[:], uint64(len(topic)))]) // a hash never fails
	_, _ = h.Write([]byte(topic))
	_, _ = h.Write(m.GetData())
	return string(h.Sum(nil))
}

// onlyAdmitted drops the messages of peers that are not admitted, before they count as seen: honest peers will send
// them again. Subscriptions are kept, since they are announced once, just when a connection is made.
func (g *gossip) onlyAdmitted(admitted func(peer.ID) bool) func(peer.ID, *pubsub.RPC) error {
	return func(from peer.ID, rpc *pubsub.RPC) error {
		if n := len(rpc.Publish); n > 0 && !admitted(from) {
			g.unadmitted.Add(uint64(n))
			rpc.Publish = nil
		}
		return nil
	}
}

// names returns the topics joined, in order.
func (g *gossip) names() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.topics))
}
