package devnet_test

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// TestMain makes this program act as the processes of a devnet when it is called by their names.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "meshd":
		os.Exit(fakeMeshd(os.Args[1:]))
	case "faucet":
		os.Exit(fakeFaucet(os.Args[1]))
	case "added":
		os.Exit(fakeAdded(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// tools is a directory with a fake meshd and a fake faucet. A file in it changes how they behave:
//
//	die    meshd start says 100 lines and ends with 3
//	taken  meshd start finds its port taken as often as the file has bytes
//	foreign  the REST port is another node's, as often as the file has bytes
//	stuck  the height does not grow
//	deaf   SIGTERM is ignored
type tools struct{ dir string }

func newTools(t *testing.T) tools {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	x := tools{t.TempDir()}
	for _, name := range []string{"meshd", "faucet", "added"} {
		require.NoError(t, os.Symlink(self, filepath.Join(x.dir, name)))
	}
	return x
}

func (x tools) set(t *testing.T, file, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(x.dir, file), []byte(content), 0o600))
}

func (x tools) unset(t *testing.T, file string) {
	t.Helper()
	require.NoError(t, os.Remove(filepath.Join(x.dir, file)))
}

// config is that of a devnet in dir, with short deadlines.
func (x tools) config(dir string) devnet.Config {
	return devnet.Config{
		Dir: dir, Meshd: filepath.Join(x.dir, "meshd"), ChainID: "mesh-devnet-1", Ready: 20 * time.Second, Grace: 5 * time.Second,
		Prepare: func(string) (devnet.Accounts, error) {
			home := filepath.Join(dir, "founder")
			return devnet.Accounts{
				Faucet: devnet.Key{Name: "faucet", Address: "mesh1faucet", Home: filepath.Join(dir, "faucet")},
				Keys:   []devnet.Key{{Name: "founder", Address: "mesh1founder", Home: home}},
			}, os.MkdirAll(home, 0o700)
		},
		FaucetCommand: func(_, _, listen string) []string { return []string{filepath.Join(x.dir, "faucet"), listen} },
	}
}

// told reports how the tools' directory changes the behaviour.
func told(file string) bool {
	_, err := os.Stat(filepath.Join(filepath.Dir(os.Args[0]), file))
	return err == nil
}

func fakeMeshd(args []string) int {
	f := flag.NewFlagSet("meshd", flag.ContinueOnError)
	home, output, validators := f.String("home", "", ""), f.String("output", "", ""), f.Int("validators", 1, "")
	chainID, account := f.String("chain-id", "", ""), f.String("account", "", "")
	p2p, rpc, grpc, api := f.String("p2p.laddr", "", ""), f.String("rpc.laddr", "", ""), f.String("grpc.address", "", ""), f.String("api.address", "", "")
	peers := f.String("p2p.persistent_peers", "", "")
	for _, name := range []string{"devnet", "p2p.pex", "log_no_color"} {
		f.Bool(name, false, "")
	}
	f.String("log_level", "", "")
	skip := 1
	if args[0] == "comet" {
		skip = 2
	}
	if err := f.Parse(args[skip:]); err != nil {
		return 2
	}
	switch args[0] {
	case "testnet":
		return fakeGenesis(*output, *validators, *chainID+" "+*account)
	case "comet":
		fmt.Println("id-of-" + filepath.Base(*home))
		return 0
	}
	if told("die") {
		for i := range 100 {
			fmt.Println("line", i)
		}
		return 3
	}
	if useUp("taken") {
		fmt.Println("listen tcp 127.0.0.1:1: bind: address already in use")
		return 1
	}
	_ = os.WriteFile(filepath.Join(*home, "peers"), []byte(*peers), 0o600)
	for _, a := range []string{*p2p, *grpc} {
		if _, err := net.Listen("tcp", strings.TrimPrefix(a, "tcp://")); err != nil {
			fmt.Println(err)
			return 1
		}
	}
	owner := *rpc
	if useUp("foreign") {
		owner = "tcp://127.0.0.1:1"
	}
	go serveREST(strings.TrimPrefix(*api, "tcp://"), owner)
	go serveStatus(strings.TrimPrefix(*rpc, "tcp://"), filepath.Join(*home, "height"))
	return waitUntilTold()
}

func fakeGenesis(output string, validators int, note string) int {
	for i := range validators {
		if err := os.MkdirAll(filepath.Join(output, "node"+strconv.Itoa(i)), 0o700); err != nil {
			return 1
		}
	}
	_ = os.WriteFile(filepath.Join(output, "genesis"), []byte(note), 0o600)
	return 0
}

// useUp tells whether a file still has a byte, and takes one away.
func useUp(file string) bool {
	path := filepath.Join(filepath.Dir(os.Args[0]), file)
	bz, err := os.ReadFile(path)
	if err != nil || len(bz) == 0 {
		return false
	}
	return os.WriteFile(path, bz[1:], 0o600) == nil
}

// serveREST answers as the REST server of the node with that RPC address does.
func serveREST(addr, rpc string) {
	_ = http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"default_node_info":{"other":{"rpc_address":%q}}}`, rpc)
	}))
}

// serveStatus answers as CometBFT's RPC does, with a height that grows with each question and is kept.
func serveStatus(addr, path string) {
	bz, _ := os.ReadFile(path)
	height, _ := strconv.Atoi(string(bz))
	var mu sync.Mutex
	_ = http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(w, `{"result":{"sync_info":{"latest_block_height":"%d"}}}`, height)
		if !told("stuck") {
			height++
		}
		_ = os.WriteFile(path, []byte(strconv.Itoa(height)), 0o600)
	}))
}

// fakeFaucet serves as the real one does, but never pays.
func fakeFaucet(addr string) int {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	go func() { _ = http.Serve(l, devnet.FaucetHandler(nil, quiet())) }()
	return waitUntilTold()
}

// fakeAdded is a process that is added to a devnet: it says what it is told to, or waits for a pipe before.
func fakeAdded(args []string) int {
	switch args[0] {
	case "die":
		fmt.Println("last words")
		return 3
	case "late":
		if _, err := os.ReadFile(args[1]); err != nil {
			return 1
		}
		fmt.Println("ready")
	case "say":
		fmt.Print(strings.Join(args[1:], "\n"))
	}
	return waitUntilTold()
}

func waitUntilTold() int {
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	for {
		<-term
		if !told("deaf") {
			return 0
		}
	}
}
