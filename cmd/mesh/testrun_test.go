package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// update rewrites the golden files: go test ./cmd/mesh -update.
var update = flag.Bool("update", false, "rewrite testdata")

// result is what a run of the program left.
type result struct {
	code     int
	out, err string
}

// runner runs the program in a home of its own.
type runner struct {
	home  string
	env   map[string]string
	input string
	asks  bool
}

func newRunner(t *testing.T) *runner {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home")
	return &runner{home: home, env: map[string]string{"MESH_HOME": home, "MESH_CHAIN_ID": "mesh-devnet-1"}}
}

func (r *runner) run(t *testing.T, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	con := &console{in: bufio.NewReader(strings.NewReader(r.input)), out: &out, err: &err, asks: r.asks}
	env := func(name string) (string, bool) { v, ok := r.env[name]; return v, ok }
	code := run(t.Context(), append([]string{}, args...), env, con) // cobra takes nil for the arguments of the test
	return result{code, out.String(), err.String()}
}

// newTestConsole makes a console with that input, which writes its questions to said.
func newTestConsole(input string, said *strings.Builder) *console {
	return &console{in: bufio.NewReader(strings.NewReader(input)), out: said, err: said}
}

// files lists everything in the home.
func (r *runner) files(t *testing.T) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(r.home, func(path string, d os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		list = append(list, path)
		return err
	})
	require.NoError(t, err)
	return list
}

// requireFailure fails unless the run ended in that failure, said in JSON.
func (r result) requireFailure(t *testing.T, code string, exit int) failure {
	t.Helper()
	var got struct {
		Schema int     `json:"schema"`
		Error  failure `json:"error"`
	}
	require.NoError(t, json.Unmarshal([]byte(r.out), &got), "stdout: %s stderr: %s", r.out, r.err)
	require.Equal(t, 1, got.Schema)
	require.Equal(t, code, got.Error.Code, got.Error.Error())
	require.Equal(t, exit, got.Error.Exit)
	require.Equal(t, exit, r.code)
	require.NotEmpty(t, got.Error.What)
	require.NotEmpty(t, got.Error.Why)
	require.NotEmpty(t, got.Error.Next)
	return got.Error
}

// requireGolden fails unless the text is that of the file in testdata.
func requireGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run go test ./cmd/mesh -update if this is meant")
}

// amountOf is a number of tokens.
func amountOf(t *testing.T, s string) chain.Amount {
	t.Helper()
	a, err := chain.ParseTokens(s)
	require.NoError(t, err)
	return a
}

// sampleNetwork is a network as the chain answers it.
func sampleNetwork(t *testing.T) chain.Network {
	t.Helper()
	n := chain.Network{Id: "net_1a2b3c4d", Name: "StorageNet", Founder: "mesh1founder", Template: "custom", HandoverEpoch: 155520, CreatedHeight: 44}
	n.LogicHash = bytes.Repeat([]byte{0xab}, 32)
	n.Token.Name, n.Token.Symbol, n.Token.Denom, n.Token.HalvingEpochs = "STORE", "STR", "net_1a2b3c4d/ustr", 35040
	n.Token.SupplyCap, n.Token.InitialAllocation = amountOf(t, "1000000000"), amountOf(t, "100000000")
	n.Params.Distribution = chain.Distribution{UptimeBps: 4000, TasksBps: 4000, GovernanceBps: 2000}
	n.Params.Epoch.EpochBlocks, n.Params.Pay.BurnBps, n.Params.Pay.MatchCapBps = 20, 2000, 8000
	n.Params.Bond.MinBond, n.Params.Bond.UnbondingSeconds = amountOf(t, "100"), 60
	n.Params.Storage.Price, n.Params.Storage.PriceEpochs = amountOf(t, "1"), 24
	n.Params.Storage.ReadPrice = amountOf(t, "0.1")
	n.Params.Storage.ReserveBps, n.Params.Storage.LostEpochs = 500, 24
	return n
}

// failureOf returns the failure that an error is.
func failureOf(t *testing.T, err error) *failure {
	t.Helper()
	var f *failure
	require.ErrorAs(t, err, &f)
	return f
}
