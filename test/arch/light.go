package arch

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// heavyRow names packages that must not end up in the mesh binary.
type heavyRow struct {
	exact []string // these packages
	tree  []string // these packages and everything below them
	why   string
}

// heavyRows says what mesh does without. Some neighbours are light and stay allowed: keyring needs
// client/input, types needs a few packages of store/v2 and of cometbft.
var heavyRows = []heavyRow{
	{tree: []string{Module + "/app"}, why: "mesh talks to a chain, it does not contain one"},
	{exact: []string{sdk + "/client"},
		tree: []string{sdk + "/client/tx", sdk + "/client/grpc", sdk + "/client/rpc", sdk + "/client/config", sdk + "/client/debug", sdk + "/client/keys"},
		why:  "the SDK's client brings its server along: offchain/chain signs with three Marshals and a keyring"},
	{tree: []string{sdk + "/baseapp", sdk + "/server", sdk + "/runtime", sdk + "/types/module"}, why: "this is the machinery of a node, about 20 MB"},
	{tree: []string{sdk + "/x/auth/types", sdk + "/x/bank/types", sdk + "/x/staking/types", sdk + "/x/gov/types"},
		why: "these import types/module: take standard messages from cosmossdk.io/api"},
	{tree: []string{sdk + "/store/v2/iavl", "github.com/cosmos/iavl"}, why: "mesh keeps no chain state"},
	{tree: []string{"github.com/cometbft/cometbft/consensus", "github.com/cometbft/cometbft/state"}, why: "mesh takes no part in consensus"},
}

// Deps returns the import paths that a package of the tree at root links, given as ./cmd/mesh is. It
// asks the go command; the error carries what that printed.
func Deps(ctx context.Context, root, pkg string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-buildvcs=false", "-deps", pkg)
	cmd.Dir = root
	var printed strings.Builder
	cmd.Stderr = &printed
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list dependencies of %s: %w: %s", pkg, err, printed.String())
	}
	return strings.Fields(string(out)), nil
}

// CheckLight returns those of the import paths that mesh links but must not.
func CheckLight(deps []string) []Finding {
	var found []Finding
	for _, dep := range deps {
		if why, heavy := heavyReason(dep); heavy {
			found = append(found, Finding{
				File: "cmd/mesh", Rule: "light", What: "mesh links " + dep, Why: why,
				Do: "find who imports it in go list -f '{{.ImportPath}} {{.Imports}}' -deps ./cmd/mesh, and take a lighter package there",
			})
		}
	}
	sortFindings(found)
	return found
}

func heavyReason(dep string) (why string, heavy bool) {
	if dir, own := ours(dep); own && heavyModule(dir) {
		return "of a module, mesh needs the types only", true
	}
	for _, row := range heavyRows {
		for _, p := range row.exact {
			if dep == p {
				return row.why, true
			}
		}
		if underAny(row.tree, dep) {
			return row.why, true
		}
	}
	return "", false
}

// heavyModule reports whether one of our directories is part of a module but not of its types.
func heavyModule(dir string) bool {
	_, module := match("x/**", dir)
	_, types := match("x/*/types/**", dir)
	return module && !types
}
