package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/dirlock"
	"github.com/mesh-protocol/mesh/offchain/node"
	"github.com/mesh-protocol/mesh/offchain/p2p"
	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	storagerecord "github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// offline is a client of a chain that is not there.
func offline(t *testing.T) *chain.Client {
	t.Helper()
	client, err := chain.New(chain.DefaultConfig([]string{"127.0.0.1:1"}, "mesh-devnet-1"), chain.Deps{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// TestWhichNetwork: what cannot be meant is found out before the chain is asked, and the only one known is meant.
func TestWhichNetwork(t *testing.T) {
	for name, tc := range map[string]struct {
		known []record
		id    string
		fails string // "" where the chain is asked
		why   string
	}{
		"ok: named":                     {nil, "net_1a2b3c4d", "", "net_1a2b3c4d"},
		"ok: the only one":              {[]record{{NetworkID: "net_00000001", ChainID: "mesh-devnet-1"}}, "", "", "net_00000001"},
		"ok: the only one of the chain": {[]record{{NetworkID: "net_00000001", ChainID: "mesh-1"}, {NetworkID: "net_00000002", ChainID: "mesh-devnet-1"}}, "", "", "net_00000002"},
		"ok: named among several":       {[]record{{NetworkID: "net_00000001", ChainID: "mesh-devnet-1"}, {NetworkID: "net_00000002", ChainID: "mesh-devnet-1"}}, "net_00000001", "", "net_00000001"},
		"fails: none known":             {nil, "", "choose the network", "this home knows none on chain mesh-devnet-1"},
		"fails: only another chain's":   {[]record{{NetworkID: "net_00000001", ChainID: "mesh-1"}}, "", "choose the network", "this home knows none on chain mesh-devnet-1"},
		"fails: two": {
			[]record{{NetworkID: "net_00000001", ChainID: "mesh-devnet-1"}, {NetworkID: "net_00000002", ChainID: "mesh-devnet-1"}}, "",
			"choose the network", "this home knows net_00000001, net_00000002 on chain mesh-devnet-1",
		},
		"fails: no id":   {nil, "StorageNet", "read --network-id", "StorageNet"},
		"fails: a path":  {nil, "net_../../..", "read --network-id", "net_"},
		"fails: capital": {nil, "net_1A2B3C4D", "read --network-id", "net_"},
	} {
		t.Run(name, func(t *testing.T) {
			s := settings{Home: t.TempDir(), ChainID: "mesh-devnet-1"}
			for _, r := range tc.known {
				require.NoError(t, r.save(s.Home))
			}
			_, err := whichNetwork(t.Context(), s, offline(t), tc.id)
			if tc.fails == "" {
				require.ErrorIs(t, err, chain.ErrUnreachable)
				require.ErrorContains(t, err, tc.why, "the chain was asked for it")
				return
			}
			requireUsage(t, err, tc.fails)
			require.ErrorContains(t, err, tc.why)
		})
	}
}

func TestRemember(t *testing.T) {
	s, n := settings{Home: t.TempDir(), ChainID: "mesh-devnet-1"}, sampleNetwork(t)
	require.NoError(t, remember(s, n))
	known, err := readRecords(s.Home)
	require.NoError(t, err)
	want := record{
		Schema: 1, NetworkID: n.Id, ChainID: "mesh-devnet-1", Name: n.Name, Symbol: "STR", Denom: n.Token.Denom, Template: "custom",
		LogicHash: fmt.Sprintf("%x", n.LogicHash), BootstrapPort: defaultBootstrapPort,
	}
	require.Equal(t, []record{want}, known)

	want.BootstrapPort = 9999 // what the home has said of it stays
	require.NoError(t, want.save(s.Home))
	require.NoError(t, remember(s, n))
	known, err = readRecords(s.Home)
	require.NoError(t, err)
	require.Equal(t, []record{want}, known)

	require.NoError(t, os.WriteFile(filepath.Join(networksDir(s.Home), "net_00000001.json"), []byte("{"), 0o600))
	require.Error(t, remember(s, n), "a broken record is not written over")
}

// TestExplainObjects: every error of nodes and files has a code, an exit and a way on.
func TestExplainObjects(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		code string
		exit int
		next string
	}{
		"home in use":       {&dirlock.LockedError{Dir: "/h", PID: 77}, "home_in_use", 7, "end process 77 first"},
		"no entrance":       {node.ErrNoEntrance, "no_entrance", 5, "mesh bootstrap"},
		"no peer":           {node.ErrNoPeer, "no_peer", 3, "--bootstrap"},
		"no nodes":          {node.ErrNoNodes, "no_nodes", 5, "mesh join"},
		"key mode":          {p2p.ErrKeyMode, "node_key", 7, "chmod 600"},
		"key file":          {p2p.ErrKeyFile, "node_key", 7, "backup"},
		"node setting":      {node.ErrInvalid, "invalid", 2, "--help"},
		"address":           {p2p.ErrAddress, "invalid", 2, "--help"},
		"overlay setting":   {p2p.ErrInvalid, "invalid", 2, "--help"},
		"objects in use":    {&storage.LockedError{Dir: "/h", PID: 77}, "objects_in_use", 7, "process 77"},
		"in use by someone": {&storage.LockedError{Dir: "/h"}, "objects_in_use", 7, "until the other process has ended"},
		"home of someone":   {&dirlock.LockedError{Dir: "/h"}, "home_in_use", 7, "end the other process first"},
		"profile too wide":  {&segment.OwnersError{}, "too_few_owners", 7, "--profile"},
		"owners":            {storage.ErrOwners, "too_few_owners", 7, "comes back"},
		"not cancelled":     {&storage.OwnersError{Deal: 7, Cancelled: errors.New("x")}, "too_few_owners", 7, "meshd tx tasks cancel-deal 7"},
		"unreached":         {fmt.Errorf("deal 7: %w", &storage.HoldersError{Need: 6, Have: 5}), "too_few_holders", 3, "With --space SIZE"},
		"unsaid on a full":  {fmt.Errorf("%w: %w", storage.ErrUnopened, syscall.ENOSPC), "timeout", 6, "no file is in it or pending"},
		"holders":           {storage.ErrHolders, "too_few_holders", 3, "run it again"},
		"uncertain":         {storage.ErrUncertain, "timeout", 6, "mesh ls"},
		"chain has stopped": {fmt.Errorf("%w: %w", storage.ErrUncertain, &chain.UnreachableError{}), "unreachable", 3, "mesh ls shows the files as pending"},
		"answer was lost":   {fmt.Errorf("%w: %w", storage.ErrUncertain, &chain.TimeoutError{Hash: "AB"}), "timeout", 6, "mesh ls shows the files as pending"},
		"unopened":          {storage.ErrUnopened, "timeout", 6, "no file is in it or pending"},
		"opening was lost":  {fmt.Errorf("%w: %w", storage.ErrUnopened, &chain.TimeoutError{Hash: "AB"}), "timeout", 6, "no file is in it or pending"},
		"opening unheard":   {fmt.Errorf("%w: %w", storage.ErrUnopened, &chain.UnreachableError{}), "unreachable", 3, "no file is in it or pending"},
		"hash of a commit":  {fmt.Errorf("%w: %w", storage.ErrUncertain, &chain.TimeoutError{Hash: "AB"}), "timeout", 6, "meshd query tx AB"},
		"hash of a deal":    {fmt.Errorf("%w: %w", storage.ErrUnopened, &chain.TimeoutError{Hash: "AB"}), "timeout", 6, "meshd query tx AB"},
		"no room":           {storage.ErrFull, "no_room", 7, "--space SIZE"},
		"no room to remove": {adviseRemoval(storage.ErrFull), "no_room", 7, "leaves a list on each node"},
		"over":              {storage.ErrOver, "deal_over", 5, "mesh put"},
		"disk is full":      {fmt.Errorf("write object: %w", syscall.ENOSPC), "disk_full", 1, "make room"},
		"home is read-only": {fmt.Errorf("open objects: %w: %w", storage.ErrReadOnly, syscall.EROFS), "read_only", 7, "must be writable"},
		"unprepared":        {storage.ErrUnprepared, "timeout", 6, "nothing was changed"},
		"expired":           {fmt.Errorf("%w: %w", storage.ErrExpired, &chain.TimeoutError{Hash: "AB"}), "timeout", 6, "nothing was changed"},
		"conflict":          {storage.ErrConflict, "conflict", 1, "run it again"},
		"object not found":  {storage.ErrNotFound, "not_found", 5, "mesh ls"},
		"wrong key":         {storage.ErrKey, "wrong_key", 7, "the whole link"},
		"damaged":           {storage.ErrDamaged, "damaged", 1, "backup"},
		"corrupt":           {storage.ErrCorrupt, "damaged", 1, "backup"},
		"file changed":      {storage.ErrChanged, "file_changed", 1, "nobody writes"},
		"URI":               {storagerecord.ErrURI, "invalid", 2, "--help"},
		"object setting":    {storage.ErrInvalid, "invalid", 2, "--help"},
		"file exists":       {&fs.PathError{Op: "open", Path: "x", Err: fs.ErrExist}, "file_exists", 7, "another name"},
		"rejected by chain": {fmt.Errorf("%w: %w", storage.ErrRejected, &chain.RejectedError{Code: 3, Codespace: "tasks", Log: "no"}), "tx_rejected", 4, "nothing was sent"},
	} {
		t.Run(name, func(t *testing.T) {
			var f *failure
			require.ErrorAs(t, explain("do a thing", fmt.Errorf("deep down: %w", tc.err)), &f)
			require.Equal(t, tc.code, f.Code)
			require.Equal(t, tc.exit, f.Exit)
			require.Contains(t, f.Next, tc.next)
			require.NotEmpty(t, f.Why)
			if errors.Is(tc.err, storage.ErrUnopened) {
				require.NotContains(t, f.Next, "mesh ls")
			}
			_, err := json.Marshal(f)
			require.NoError(t, err)
		})
	}
}
