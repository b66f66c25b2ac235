package node

import (
	"context"
	"fmt"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/p2p"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// dialer opens streams for pieces over the overlay.
type dialer struct{ overlay *p2p.Overlay }

// Open implements work.Dialer.
func (d dialer) Open(ctx context.Context, name string) (work.Stream, error) {
	id, err := peer.Decode(name)
	if err != nil {
		return nil, fmt.Errorf("read peer id %q: %w", name, err)
	}
	return d.overlay.OpenStream(ctx, id, p2p.ProtocolPiece)
}
