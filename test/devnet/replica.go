package devnet

import (
	"bytes"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/store/v2/snapshots"
	snapshottypes "github.com/cosmos/cosmos-sdk/store/v2/snapshots/types"

	"github.com/mesh-protocol/mesh/app"
)

// Replica is an app over a database on disk that executes blocks which a chain has made already, as a node does that syncs.
type Replica struct {
	// App is the instance; Restart replaces it.
	App *app.App

	chain   *Chain
	cfg     NodeConfig
	home    string
	options []func(*baseapp.BaseApp)
}

// NewReplica begins a replica with the chain's genesis. Options make another app of it, so that a test can see what Follow finds.
func (c *Chain) NewReplica(cfg NodeConfig, options ...func(*baseapp.BaseApp)) *Replica {
	c.t.Helper()
	r := c.emptyReplica(cfg, options)
	req := *c.begin
	_, err := r.App.InitChain(&req)
	require.NoError(c.t, err)
	return r
}

// emptyReplica returns one that has no state, and the means to give and take snapshots.
func (c *Chain) emptyReplica(cfg NodeConfig, options []func(*baseapp.BaseApp)) *Replica {
	c.t.Helper()
	store, err := snapshots.NewStore(dbm.NewMemDB(), c.t.TempDir())
	require.NoError(c.t, err)
	r := &Replica{chain: c, cfg: cfg, home: c.t.TempDir()}
	r.options = append(r.options, baseapp.SetSnapshot(store, snapshottypes.NewSnapshotOptions(0, 1)))
	r.options = append(r.options, options...)
	r.load()
	c.t.Cleanup(func() { require.NoError(c.t, r.App.Close()) })
	return r
}

// load makes the app over what is on disk.
func (r *Replica) load() {
	r.chain.t.Helper()
	db, err := dbm.NewGoLevelDB("application", r.home, nil)
	require.NoError(r.chain.t, err)
	r.App = newApp(db, r.chain.ID, r.home, 0, r.cfg, r.options...)
}

// Restart drops the app with all its memory and loads it from disk.
func (r *Replica) Restart() {
	r.chain.t.Helper()
	require.NoError(r.chain.t, r.App.Close())
	r.load()
}

// Follow executes the chain's blocks up to a height. The error says in what the first block differs that does.
func (r *Replica) Follow(height int64) error {
	t := r.chain.t
	t.Helper()
	for next := r.App.LastBlockHeight() + 1; next <= height; next++ {
		b := r.chain.Block(next)
		rsp, err := finalize(r.App, b)
		require.NoError(t, err, "replica at height %d", next)
		if err := b.differs(rsp); err != nil {
			return err
		}
	}
	return nil
}

// Restore returns a replica that begins with a snapshot of this one's state after its last block, and has no block before.
func (r *Replica) Restore() *Replica {
	t := r.chain.t
	t.Helper()
	height := r.App.LastBlockHeight()
	_, err := r.App.SnapshotManager().Create(uint64(height))
	require.NoError(t, err)
	list, err := r.App.ListSnapshots(&abci.RequestListSnapshots{})
	require.NoError(t, err)
	require.Len(t, list.Snapshots, 1)
	s := list.Snapshots[0]

	other := r.chain.emptyReplica(r.cfg, nil)
	offer, err := other.App.OfferSnapshot(&abci.RequestOfferSnapshot{Snapshot: s, AppHash: r.chain.Block(height).AppHash})
	require.NoError(t, err)
	require.Equal(t, abci.ResponseOfferSnapshot_ACCEPT, offer.Result)
	for at := range s.Chunks {
		chunk, err := r.App.LoadSnapshotChunk(&abci.RequestLoadSnapshotChunk{Height: s.Height, Format: s.Format, Chunk: at})
		require.NoError(t, err)
		taken, err := other.App.ApplySnapshotChunk(&abci.RequestApplySnapshotChunk{Index: at, Chunk: chunk.Chunk})
		require.NoError(t, err)
		require.Equal(t, abci.ResponseApplySnapshotChunk_ACCEPT, taken.Result)
	}
	require.Equal(t, height, other.App.LastBlockHeight())
	require.True(t, bytes.Equal(r.chain.Block(height).AppHash, other.App.LastCommitID().Hash), "hash of the state that was restored")
	return other
}
