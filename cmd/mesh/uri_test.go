package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/node"
	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	storagerecord "github.com/mesh-protocol/mesh/offchain/templates/storage/record"
)

func TestNetworkOf(t *testing.T) {
	uri := func(network string) string { return storagerecord.URI{Network: network}.String() }
	link := storagerecord.URI{Network: "net_00000001", Share: &storagerecord.Share{Deal: 1}}.Link()
	for name, tc := range map[string]struct {
		id    string
		names []string
		want  string
		fails string
	}{
		"ok: none named":         {"", []string{"a", "b"}, "", ""},
		"ok: named":              {"net_00000002", []string{"a"}, "net_00000002", ""},
		"ok: that of a URI":      {"net_00000002", []string{"a", uri("net_00000001")}, "net_00000001", ""},
		"ok: that of a link":     {"", []string{link}, "net_00000001", ""},
		"ok: several of it":      {"", []string{uri("net_00000001"), link}, "net_00000001", ""},
		"fails: of two networks": {"", []string{uri("net_00000001"), uri("net_00000002")}, "", "read the URIs"},
		"fails: no URI":          {"", []string{"mesh://x"}, "", "read the URI"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := networkOf(tc.id, tc.names...)
			require.Equal(t, tc.want, got)
			if tc.fails == "" {
				require.NoError(t, err)
			} else {
				requireUsage(t, err, tc.fails)
			}
		})
	}
}

// storeFiles writes files called x, each in the deal of its number, into the home as a client does; the first one is the latest.
func storeFiles(t *testing.T, home, network string) (cids []string) {
	t.Helper()
	dir := filepath.Join(node.ObjectsDir(home, network), "objects.db")
	require.NoError(t, os.MkdirAll(filepath.Dir(dir), 0o700))
	db, err := pebble.Open(dir, &pebble.Options{FormatMajorVersion: pebble.FormatColumnarBlocks})
	require.NoError(t, err)
	for deal := range byte(4) {
		cid := storagerecord.CID{deal + 1}.String()
		value, err := json.Marshal(map[string]any{
			"cid": cid, "name": "x", "deal": deal + 1, "stored": time.Unix(1000-int64(deal), 0), "state": storage.Stored,
			"key": make([]byte, 32), "segment": make([]byte, 32),
		})
		require.NoError(t, err)
		require.NoError(t, db.Set([]byte("o"+cid), value, pebble.Sync))
		cids = append(cids, cid)
	}
	require.NoError(t, db.Close())
	return cids
}

// What is extended is what is shared: of several files of one name that which was stored last.
func TestExtendMeansWhatShareMeans(t *testing.T) {
	const network = "net_00000001"
	r := newRunner(t)
	cids := storeFiles(t, r.home, network)
	share := func(name string) string {
		got := r.run(t, "share", name, "--network-id", network, "--node", unreachable(t))
		require.Equal(t, 0, got.code, got.err)
		return strings.TrimSpace(got.out)
	}
	link := share("x")
	require.Contains(t, link, cids[0])
	c, s := &cli{}, settings{Home: r.home, ChainID: "mesh-devnet-1"}
	for name, want := range map[string]uint64{"x": 1, cids[0]: 1, "mesh://" + network + "/" + cids[2]: 3, link: 1, share(cids[1]): 2, "9": 9} {
		deal, err := c.dealOf(s, network, name)
		require.NoError(t, err)
		require.Equal(t, want, deal, name)
	}
	for _, name := range []string{"y", "0", "-1", ""} {
		_, err := c.dealOf(s, network, name)
		require.ErrorIs(t, err, storage.ErrNotFound, name)
	}
}
