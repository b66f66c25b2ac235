package devnet_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/devnet"
)

func sampleState() devnet.State {
	return devnet.State{
		Schema: 1, ChainID: "mesh-devnet-1", RPC: "127.0.0.1:1", GRPC: "127.0.0.1:2", REST: "127.0.0.1:3", Faucet: "http://127.0.0.1:4/faucet",
		Processes: []devnet.Process{{Name: "node0", PID: 77, Home: "/d/validators/node0", Ports: map[string]int{"p2p": 5, "rpc": 1, "grpc": 2, "rest": 3}, Started: "boot/9"}},
		Keys:      []devnet.Key{{Name: "founder", Address: "mesh1x", Home: "/d/founder"}},
	}
}

// sampleFile is devnet.json of sampleState: other programs read it, so it does not change by accident.
const sampleFile = `{
  "schema": 1,
  "chain_id": "mesh-devnet-1",
  "rpc": "127.0.0.1:1",
  "grpc": "127.0.0.1:2",
  "rest": "127.0.0.1:3",
  "faucet": "http://127.0.0.1:4/faucet",
  "processes": [
    {
      "name": "node0",
      "pid": 77,
      "home": "/d/validators/node0",
      "ports": {
        "grpc": 2,
        "p2p": 5,
        "rest": 3,
        "rpc": 1
      },
      "started": "boot/9"
    }
  ],
  "keys": [
    {
      "name": "founder",
      "address": "mesh1x",
      "home": "/d/founder"
    }
  ]
}
`

func TestState(t *testing.T) {
	bz, err := devnet.Encode(sampleState())
	require.NoError(t, err)
	require.Equal(t, sampleFile, string(bz)) //nolint:testifylint // the bytes matter
	s, err := devnet.DecodeState(bz)
	require.NoError(t, err)
	require.Equal(t, sampleState(), s)

	bz, err = devnet.Encode(devnet.State{})
	require.NoError(t, err)
	require.Contains(t, string(bz), `"processes": []`)
	require.Contains(t, string(bz), `"keys": []`)
}

func TestDecodeState(t *testing.T) {
	for name, bad := range map[string]string{
		"fails: empty":          "",
		"fails: other schema":   strings.Replace(sampleFile, `"schema": 1`, `"schema": 2`, 1),
		"fails: unknown field":  strings.Replace(sampleFile, `"rpc"`, `"cpr"`, 1),
		"fails: twice":          sampleFile + sampleFile,
		"fails: init":           strings.Replace(sampleFile, `"pid": 77`, `"pid": 1`, 1),
		"fails: all processes":  strings.Replace(sampleFile, `"pid": 77`, `"pid": -1`, 1),
		"fails: no start":       strings.Replace(sampleFile, "boot/9", "", 1),
		"fails: too long":       sampleFile + strings.Repeat(" ", 1<<20),
		"fails: many processes": `{"schema":1,"processes":[` + strings.Repeat(`{"pid":2,"started":"x"},`, 1000) + `{"pid":2,"started":"x"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := devnet.DecodeState([]byte(bad))
			require.ErrorIs(t, err, devnet.ErrInvalid)
		})
	}
}

func TestWriteLeavesNothingBeside(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, devnet.Write(sampleState(), dir))
	require.NoError(t, devnet.Write(sampleState(), dir))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Error(t, devnet.Write(sampleState(), filepath.Join(dir, "missing")))
}

func TestProcessStart(t *testing.T) {
	own, err := devnet.StartOf(os.Getpid())
	require.NoError(t, err)
	require.NotEmpty(t, own)
	again, err := devnet.StartOf(os.Getpid())
	require.NoError(t, err)
	require.Equal(t, own, again)
	_, err = devnet.StartOf(1 << 30)
	require.Error(t, err)

	const stat = "77 (a ) b) S 1 77 77 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 0 0"
	start, err := devnet.ParseStat(stat)
	require.NoError(t, err)
	require.Equal(t, "4711", start)
	_, err = devnet.ParseStat(strings.Replace(stat, " S ", " Z ", 1))
	require.ErrorIs(t, err, os.ErrProcessDone)
	_, err = devnet.ParseStat("77 (a) S 1")
	require.Error(t, err)

	start, err = devnet.ParsePS("Ss   Mon Jan  5 10:11:12 2026    \n")
	require.NoError(t, err)
	require.Equal(t, "Mon Jan 5 10:11:12 2026", start)
	for _, dead := range []string{"", "Z+   Mon Jan  5 10:11:12 2026"} {
		_, err = devnet.ParsePS(dead)
		require.ErrorIs(t, err, os.ErrProcessDone)
	}
}

func TestTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(path, []byte("old\nnew\nlast"), 0o600))
	require.Equal(t, []string{"old", "new", "last"}, devnet.Tail(path, 0))
	require.Equal(t, []string{"new", "last"}, devnet.Tail(path, 4))
	require.Empty(t, devnet.Tail(path, 12))

	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("x\n", 100_000)+"last\n"), 0o600))
	lines := devnet.Tail(path, 0)
	require.Len(t, lines, 50)
	require.Equal(t, "x", lines[0])
	require.Equal(t, "last", lines[49])

	require.Len(t, devnet.Tail(path+"2", 0), 1, "why there is none")
}

func TestDecodeHeight(t *testing.T) {
	h, err := devnet.DecodeHeight([]byte(`{"jsonrpc":"2.0","result":{"node_info":{},"sync_info":{"latest_block_height":"12"}}}`))
	require.NoError(t, err)
	require.Equal(t, int64(12), h)
	for _, bad := range []string{"", "{}", `{"result":{"sync_info":{"latest_block_height":"-1"}}}`, `{"result":{"sync_info":{"latest_block_height":12}}}`} {
		_, err := devnet.DecodeHeight([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestDecodeRPCAddress(t *testing.T) {
	a, err := devnet.DecodeRPCAddress([]byte(`{"default_node_info":{"network":"x","other":{"tx_index":"on","rpc_address":"tcp://127.0.0.1:1"}}}`))
	require.NoError(t, err)
	require.Equal(t, "tcp://127.0.0.1:1", a)
	for _, bad := range []string{"", "{}", "<html>", `{"code":12,"message":"Not Implemented"}`, `{"default_node_info":{"other":{"rpc_address":7}}}`} {
		_, err := devnet.DecodeRPCAddress([]byte(bad))
		require.Error(t, err, bad)
	}
}
