package node

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/mesh-protocol/mesh/offchain/attest"
	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/lifecycle"
	"github.com/mesh-protocol/mesh/offchain/node/outbox"
	"github.com/mesh-protocol/mesh/offchain/p2p"
	"github.com/mesh-protocol/mesh/offchain/piece"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/duty"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/repair"
)

// storageParts are what a storage node consists of besides what every node has.
type storageParts struct {
	ledger  *ledger
	key     ed25519.PrivateKey
	account chain.Operated
	journal *journal.Journal
	pieces  *piece.Store
	holder  *holder.Holder
	outbox  *outbox.Outbox
	books   outbox.Books
	till    *channel.Till
	attest  *attest.Attest
}

// openStorage adds what keeps pieces and does the duties of a node that does.
func (n *Node) openStorage(ctx context.Context) error {
	s := &storageParts{}
	operator, err := n.deps.Keyring.Key(n.cfg.Operator)
	if err != nil {
		return err
	}
	m, err := n.deps.Client.MemberByOperator(ctx, n.cfg.Network, operator.Address)
	if err != nil {
		return err
	}
	s.account = chain.Operated{Operator: operator.Address, Network: n.cfg.Network}
	s.ledger = &ledger{chain: n.deps.Client, head: n.head, network: n.cfg.Network, node: m.Number}
	if s.key, err = LoadHostKey(n.cfg.Home, n.deps.Rand); err != nil {
		return err
	}
	if [32]byte(s.key.Public().(ed25519.PublicKey)) != m.PeerKey {
		return fmt.Errorf("%w: node %d was registered with another node_key", ErrInvalid, m.Number)
	}
	if err := n.openDisk(ctx, s); err != nil {
		return err
	}
	bound, err := n.deps.Keyring.Bind(n.cfg.domain(), m.Owner, n.cfg.Operator, s.key)
	if err != nil {
		return err
	}
	serve := func(o *p2p.Overlay) error { return errors.Join(n.servePieces(o, s.holder), n.serveEvents(o, s)) }
	if err := n.openOverlay(ctx, operator.Account(), bound.Operator(), serve); err != nil {
		return err
	}
	return n.addDuties(s)
}

// openDisk opens the journal and the pieces, and the holder on top of them.
func (n *Node) openDisk(ctx context.Context, s *storageParts) (err error) {
	if s.journal, err = journal.Open(journal.DefaultConfig(dataDir(n.cfg.Home, "journal"))); err != nil {
		return err
	}
	n.group.Add(lifecycle.Item{Name: "journal", Run: func(ctx context.Context) error { return n.watchJournal(ctx, s.journal) }, Close: s.journal.Close})
	s.outbox = outbox.New(s.journal)
	if s.books, err = outbox.OpenBooks(s.journal); err != nil {
		return err
	}
	if s.till, err = n.openTill(ctx, s); err != nil {
		return err
	}
	if s.pieces, err = piece.Open(piece.DefaultConfig(dataDir(n.cfg.Home, "pieces"), n.cfg.Quota)); err != nil {
		return err
	}
	n.group.Add(lifecycle.Item{Name: "pieces", Run: s.pieces.Run, Close: s.pieces.Close})
	s.holder, err = holder.Open(holder.DefaultConfig(dataDir(n.cfg.Home, "layouts"), n.cfg.domain()), holder.Deps{
		Pieces: pieces{s.pieces}, Deals: s.ledger, Accounts: s.ledger, Till: s.till, Fellows: s.ledger, Key: s.key,
	})
	return err
}

// servePieces hands the streams for pieces to the holder.
func (n *Node) servePieces(o *p2p.Overlay, h *holder.Holder) error {
	limits, err := p2p.DefaultLimits(p2p.ProtocolPiece)
	if err != nil {
		return err
	}
	return o.HandleStream(p2p.ProtocolPiece, limits, func(ctx context.Context, s *p2p.Stream) error {
		from, err := p2p.HostKey(s.Peer())
		if err != nil {
			return err
		}
		return h.Serve(ctx, [32]byte(from), s)
	})
}

// addDuties adds what does the node's duties and brings them to the chain.
func (n *Node) addDuties(s *storageParts) error {
	far, err := remote.New(remote.DefaultConfig(n.cfg.domain()), dialer{n.overlay})
	if err != nil {
		return err
	}
	onDisk := shelf{s.holder}
	rebuilder, err := repair.New(repair.Deps{
		Fellows: s.ledger, Readers: fellowHolders{far}, Store: repairStore{pieces{s.pieces}, s.holder}, Shelf: onDisk,
	})
	if err != nil {
		return err
	}
	duties, err := duty.New(duty.DefaultConfig(s.ledger.node, int64(n.network.Params.Storage.RepairTurnBlocks)), duty.Deps{
		Chain: s.ledger, Outbox: s.outbox, Book: s.books.Claims, Presence: s.attest, Shelf: onDisk, Rebuilder: rebuilder, Log: n.deps.Log,
	})
	if err != nil {
		return err
	}
	post := &outbox.Poster{
		Outbox: s.outbox, Heights: n.head, Now: n.deps.Now, Log: n.deps.Log,
		Sender: sender{chain: n.deps.Client, key: n.cfg.Operator, payer: n.cfg.FeesFrom, account: s.account, node: s.ledger.node},
	}
	n.group.Add(lifecycle.Item{Name: "watching", Run: func(ctx context.Context) error { return n.keepWatch(ctx, s.attest) }})
	n.group.Add(lifecycle.Item{Name: "posts", Run: post.Run})
	n.group.Add(lifecycle.Item{Name: "payments", Run: func(ctx context.Context) error { return n.keepTill(ctx, s) }})
	n.group.Add(lifecycle.Item{Name: "duties", Run: func(ctx context.Context) error { return n.doDuties(ctx, duties) }})
	n.group.Add(lifecycle.Item{Name: "journal upkeep", Run: func(ctx context.Context) error { return n.keepJournal(ctx, s) }})
	return nil
}

// doDuties does a round of duties at every new block.
func (n *Node) doDuties(ctx context.Context, d *duty.Duties) error {
	heights := make(chan int64)
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Run(ctx, heights)
	}()
	var seen int64
	for {
		height, err := n.head.After(ctx, seen)
		if err != nil {
			break // ctx has ended
		}
		seen = height
		select {
		case heights <- height:
		case <-ctx.Done():
		}
	}
	close(heights)
	<-done
	return nil //nolint:nilerr // said above
}

// roomEvery is the pause between two looks whether the journal can be written.
const roomEvery = 5 * time.Second

// watchJournal ends the node if its journal cannot be written any more. A node whose disk was full begins again; see Run.
func (n *Node) watchJournal(ctx context.Context, j *journal.Journal) error {
	failure := func() error { return j.Stats().Failure }
	room := func() error { return probeRoom(dataDir(n.cfg.Home, "")) }
	return outbox.Watch(ctx, roomEvery, failure, room, n.deps.Log)
}

// probeBytes is the room that a node needs to begin again.
const probeBytes = 16 << 20

// probeRoom returns an error unless there is room for a few files in a directory.
func probeRoom(dir string) (err error) {
	f, err := os.CreateTemp(dir, "probe-*")
	if err != nil {
		return fmt.Errorf("look for room on the disk: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := f.Write(make([]byte, probeBytes)); err != nil {
		return fmt.Errorf("look for room on the disk: %w", err)
	}
	return f.Sync()
}

// keepJournal forgets, once in a while, what is over.
func (n *Node) keepJournal(ctx context.Context, s *storageParts) error {
	var seen int64
	var horizon journal.Seq // of the round before
	for {
		height, err := n.head.After(ctx, seen)
		if err != nil {
			return nil //nolint:nilerr // ctx has ended
		}
		seen = height + outbox.KeptClaims*int64(n.network.Params.Epoch.EpochBlocks)
		next := s.journal.Stats().Next
		_, compactErr := s.journal.Compact(ctx, s.books.Needed)
		if err := errors.Join(s.journal.Forget(ctx, horizon), compactErr); err != nil && ctx.Err() == nil {
			if errors.Is(err, journal.ErrFailed) {
				continue // the watch decides
			}
			return err
		}
		horizon = next
	}
}
