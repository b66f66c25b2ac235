package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/node/outbox"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// world is a node's journal on a machine that dies at any time, and the chain as the posts in it change it.
type world struct {
	t       *rapid.T
	root    string // of the directories, one for each life
	lives   int
	journal *journal.Journal
	outbox  *outbox.Outbox
	claims  *outbox.Claims
	heights *blocks
	now     time.Time

	posted  map[string]work.Post // by key, the first under it
	final   map[string]bool      // what the chain has said its last word about, or what came too late
	took    map[string]int       // how often the chain took a post
	died    map[string]int       // how often the node died between the block and writing that down
	written map[uint64]work.Made
	newest  uint64
}

var errDead = errors.New("the machine has stopped")

func (w *world) dir() string { return filepath.Join(w.root, fmt.Sprint(w.lives)) }

func (w *world) boot() {
	w.journal = open(w.t, w.dir())
	w.outbox, w.claims = outbox.New(w.journal), openClaims(w.t, w.journal)
}

// die lets the node find what is on disk now, as after kill -9.
func (w *world) die() {
	old := w.dir()
	w.lives++
	require.NoError(w.t, os.CopyFS(w.dir(), noLock{os.DirFS(old)}))
	require.NoError(w.t, w.journal.Close())
	w.boot()
}

// noLock leaves out what a journal locks its directory with.
type noLock struct{ fs.FS }

func (n noLock) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(n.FS, name)
	var list []fs.DirEntry
	for _, e := range all {
		if e.Name() != "lock" {
			list = append(list, e)
		}
	}
	return list, err
}

func (w *world) post() {
	key := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"}).Draw(w.t, "key")
	p := work.Post{Key: key, Draw: rapid.Uint64Range(1, 3).Draw(w.t, "deal"), NotAfter: rapid.Int64Range(0, 20).Draw(w.t, "not after")}
	require.NoError(w.t, w.outbox.Post(context.Background(), p))
	if _, ok := w.posted[key]; !ok {
		w.posted[key] = p
	}
}

// round lets the poster try once what is due, unless the node dies before.
func (w *world) round() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	dies := rapid.Bool().Draw(w.t, "dies")
	behaviour := map[string]string{}
	for _, key := range []string{"a", "b", "c", "d", "e", "f"} {
		behaviour[key] = rapid.SampledFrom([]string{"takes", "fails", "refuses"}).Draw(w.t, key)
	}
	way := newLine(nil)
	way.send = func(ctx context.Context, p work.Post) (string, error) {
		way.mu.Lock()
		defer way.mu.Unlock()
		if ctx.Err() != nil {
			return "", errDead
		}
		require.Equal(w.t, w.posted[p.Key], p, "what was posted first is what is sent")
		require.False(w.t, w.final[p.Key], "%s is sent after its end", p.Key)
		require.True(w.t, p.NotAfter == 0 || w.heights.Height() <= p.NotAfter, "%s is sent too late", p.Key)
		switch behaviour[p.Key] {
		case "fails":
			return "", errBusy
		case "refuses":
			w.final[p.Key] = !dies
		default:
			w.took[p.Key]++
			w.final[p.Key] = !dies
		}
		if dies {
			w.died[p.Key]++
			cancel()
			return "", errDead // the answer is lost with the node
		}
		if behaviour[p.Key] == "refuses" {
			return "", outbox.ErrRefused
		}
		return "taken", nil
	}
	idle := &idleHeights{blocks: w.heights, idle: cancel, nothing: len(w.journal.Due(w.now, 1)) == 0}
	p := &outbox.Poster{Outbox: w.outbox, Sender: way, Heights: idle, Now: func() time.Time { return w.now }, Log: quiet()}
	require.NoError(w.t, p.Run(ctx))
	for key, post := range w.posted {
		if post.NotAfter != 0 && w.heights.Height() > post.NotAfter && !dies {
			w.final[key] = w.final[key] || len(way.times(key)) == 0
		}
	}
	if dies {
		w.die()
	}
}

// idleHeights ends the poster when it has made one round.
type idleHeights struct {
	*blocks
	nothing bool // is due
	asked   int
	idle    func()
}

// Next is asked for before every round of the poster.
func (h *idleHeights) Next() <-chan struct{} {
	if h.asked++; h.asked > 1 || h.nothing {
		h.idle()
	}
	return h.blocks.Next()
}

func (w *world) claim() {
	w.newest += rapid.Uint64Range(0, 3).Draw(w.t, "epochs")
	made := madeOf(rapid.SampledFrom([]int{0, 1, 5, outbox.LeavesPerRecord + 1}).Draw(w.t, "leaves"))
	if rapid.Bool().Draw(w.t, "dies") {
		if _, known := w.written[w.newest]; known {
			return
		}
		bz, err := outbox.EncodePart(claimOf(w.newest), outbox.FirstPart, made)
		require.NoError(w.t, err)
		_, err = w.journal.Append(context.Background(), outbox.KindClaim, bz)
		require.NoError(w.t, err)
		w.die()
		requireUnknown(w.t, w.claims, claimOf(w.newest))
		return
	}
	require.NoError(w.t, w.claims.Write(context.Background(), claimOf(w.newest), made))
	w.written[w.newest] = made
	for epoch := range w.written {
		if epoch+outbox.KeptClaims <= w.newest {
			delete(w.written, epoch)
		}
	}
}

func (w *world) check() {
	for epoch, made := range w.written {
		requireClaim(w.t, w.claims, claimOf(epoch), made)
	}
	stats := w.journal.Stats()
	require.Equal(w.t, len(w.posted), stats.Open+stats.Done, "a post is lost or there twice")
	for key, n := range w.took {
		require.LessOrEqual(w.t, n, 1+w.died[key], "%s was taken again without a crash", key)
	}
}

// TestCrashes: through crashes at any point every post is sent until its end and never after it, as it was first posted,
// and the latest claims are known whole.
func TestCrashes(t *testing.T) {
	// Every step is synced to disk: few worlds, more by MESH_CHECKS.
	seeded.Checks(t, 12, func(rt *rapid.T) {
		root, err := os.MkdirTemp(t.TempDir(), "world") //nolint:usetesting // one for each world
		require.NoError(rt, err)
		w := &world{
			t: rt, root: root, heights: newBlocks(1), now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).AddDate(10, 0, 0),
			posted: map[string]work.Post{}, final: map[string]bool{}, took: map[string]int{}, died: map[string]int{}, written: map[uint64]work.Made{}, newest: 1,
		}
		w.boot()
		defer func() { require.NoError(rt, w.journal.Close()) }()
		rt.Repeat(map[string]func(*rapid.T){
			"post":  func(*rapid.T) { w.post() },
			"round": func(*rapid.T) { w.round() },
			"claim": func(*rapid.T) { w.claim() },
			"die":   func(*rapid.T) { w.die() },
			"block": func(*rapid.T) {
				w.heights.to(w.heights.Height() + rapid.Int64Range(1, 5).Draw(w.t, "blocks"))
				w.now = w.now.Add(time.Hour)
			},
			"compact": func(*rapid.T) {
				_, err := w.journal.Compact(context.Background(), w.claims.Needed)
				require.NoError(w.t, err)
			},
			"": func(*rapid.T) { w.check() },
		})
	})
}
