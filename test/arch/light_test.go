package arch_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/mesh-protocol/mesh/test/arch"
)

// listTime bounds the go command; an empty cache and a slow disk need a few seconds.
const listTime = time.Minute

// TestMeshStaysLight checks every package that the mesh binary links. Only while there is no cmd/mesh is
// there nothing to check.
func TestMeshStaysLight(t *testing.T) {
	if _, err := os.Stat(root + "/cmd/mesh"); errors.Is(err, fs.ErrNotExist) {
		t.Log("there is no cmd/mesh yet")
		return
	}
	deps := listDeps(t, "./cmd/mesh")
	if !slices.Contains(deps, arch.Module+"/cmd/mesh") {
		t.Fatalf("mesh is not among its own %d packages", len(deps))
	}
	for _, f := range arch.CheckLight(deps) {
		t.Error(f)
	}
}

func TestCheckLight(t *testing.T) {
	const sdk = "github.com/cosmos/cosmos-sdk/"
	heavy := []string{
		"github.com/cometbft/cometbft/consensus", "github.com/cometbft/cometbft/consensus/types", "github.com/cometbft/cometbft/state",
		sdk + "baseapp", sdk + "client", sdk + "client/config", sdk + "client/debug", sdk + "client/grpc/cmtservice", sdk + "client/keys",
		sdk + "client/rpc", sdk + "client/tx", sdk + "runtime", sdk + "server", sdk + "server/types", sdk + "store/v2/iavl", sdk + "types/module",
		sdk + "x/auth/types", sdk + "x/bank/types", sdk + "x/gov/types/v1", sdk + "x/staking/types",
		"github.com/cosmos/iavl",
		arch.Module + "/app", arch.Module + "/x/network", arch.Module + "/x/network/keeper",
	}
	light := []string{
		"fmt", "cosmossdk.io/api/cosmos/bank/v1beta1", "github.com/cometbft/cometbft/p2p", "github.com/cometbft/cometbft/rpc/client/http", "github.com/cometbft/cometbft/statesync2",
		sdk + "client/flags", sdk + "client/input", sdk + "crypto/keyring", sdk + "store/v2/types", sdk + "types", sdk + "types/tx", sdk + "x/auth/signing",
		arch.Module + "/cmd/mesh", arch.Module + "/offchain/chain", arch.Module + "/x/network/types",
	}
	var want, got []string
	for _, dep := range heavy {
		want = append(want, "mesh links "+dep)
	}
	for _, f := range arch.CheckLight(slices.Concat(light, heavy)) {
		if f.Rule != "light" || f.Why == "" || f.Do == "" {
			t.Errorf("%+v does not explain itself", f)
		}
		got = append(got, f.What)
	}
	slices.Sort(want)
	equal(t, want, got)
}

func TestDeps(t *testing.T) {
	deps := listDeps(t, "./test/arch")
	for _, want := range []string{"go/parser", arch.Module + "/test/arch"} {
		if !slices.Contains(deps, want) {
			t.Errorf("%s is not among %d packages", want, len(deps))
		}
	}
	var failed *exec.ExitError
	if _, err := arch.Deps(t.Context(), root, "./no/such/package"); !errors.As(err, &failed) {
		t.Errorf("want the failure of the go command, got %v", err)
	}
}

func listDeps(t *testing.T, pkg string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), listTime)
	defer cancel()
	deps, err := arch.Deps(ctx, root, pkg)
	if err != nil {
		t.Fatal(err)
	}
	return deps
}
