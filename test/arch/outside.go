package arch

import (
	"slices"
	"strings"
)

// outsideRow says which packages of other modules some of ours may or may not import.
type outsideRow struct {
	where  []string // patterns of our directories
	except []string // patterns of those that the row does not mean
	tests  bool     // whether the row holds for _test.go files
	only   []string // if set, nothing else: exact import paths, std for the standard library
	never  []string // import paths with everything below them
	why    string
}

const (
	std = "std" // stands for the standard library in outsideRow.only
	sdk = "github.com/cosmos/cosmos-sdk"
	p2p = "github.com/libp2p"
)

var (
	chainSide   = []string{sdk, "cosmossdk.io", "github.com/cometbft", "github.com/cosmos/ibc-go"}
	jsEngines   = []string{"github.com/dop251/goja", "github.com/evanw/esbuild"}
	wasmEngines = []string{"github.com/bytecodealliance", "github.com/tetratelabs/wazero", "github.com/CosmWasm"}
)

// outsideRows is the import law for other people's packages; every row that fits counts.
var outsideRows = []outsideRow{
	{where: []string{"proof/**"}, only: []string{std, "lukechampine.com/blake3", "lukechampine.com/blake3/guts"},
		why: "both halves and every verifier to come must be able to build proof"},
	{where: []string{"proof/**"}, tests: true, never: append([]string{p2p}, chainSide...),
		why: "proof knows neither half"},
	{where: []string{"x/*/types/**"},
		never: []string{sdk + "/x", sdk + "/types/module", sdk + "/types/simulation", sdk + "/client", sdk + "/baseapp", sdk + "/server", sdk + "/runtime"},
		why:   "mesh links every module's types and these bring a node along; module addresses come from address.Module"},
	{where: []string{"x/**", "app/**", "cmd/meshd/**"}, never: []string{p2p},
		why: "on chain, nothing knows that off chain exists"},
	{where: []string{"offchain/**", "cmd/mesh/**", "web/**", "examples/**"}, except: []string{"offchain/chain/**"}, tests: true, never: chainSide,
		why: "one door: off chain, only offchain/chain knows the Cosmos SDK"},
	{where: []string{"offchain/work/**"}, tests: true, never: []string{p2p, "github.com/multiformats", "net/http"},
		why: "work is the domain of this half: no overlay, no HTTP"},
	{where: []string{"**"}, except: []string{"offchain/logic/js/**", "test/**"}, tests: true, never: jsEngines,
		why: "JavaScript runs in the child process of logic/js only, never inside consensus"},
	{where: []string{"**"}, except: []string{"offchain/logic/wasm/**", "test/**"}, tests: true, never: wasmEngines,
		why: "WASM runs in the child process of logic/wasm only, never inside consensus"},
	{where: []string{"**"}, except: []string{"test/**", "offchain/*/*test/**"},
		never: []string{"testing", "github.com/stretchr/testify", "pgregory.net/rapid"},
		why:   "test tools stay out of the binaries"},
	{where: []string{"test/arch/**"}, tests: true, only: []string{std},
		why: "the laws are checked before anything else is downloaded or built"},
}

// checkOutside holds every import that is not ours, generated files too, against outsideRows.
func checkOutside(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Go {
		for _, row := range outsideRows {
			if !row.fits(f) {
				continue
			}
			for _, spec := range f.ast.Imports {
				p := importPath(spec)
				if _, own := ours(p); !own && row.refuses(p) {
					found = append(found, t.finding(f, spec.Pos(), row.why, "%s may not import %s", f.Dir, p))
				}
			}
		}
	}
	return found
}

func (r outsideRow) fits(f *File) bool {
	return (r.tests || !f.Test) && matchAny(r.where, f.Dir) && !matchAny(r.except, f.Dir)
}

func (r outsideRow) refuses(importPath string) bool {
	if r.only != nil {
		allowed := slices.Contains(r.only, importPath) || slices.Contains(r.only, std) && isStd(importPath)
		return !allowed
	}
	return underAny(r.never, importPath)
}

// isStd reports whether an import path is of the standard library: only those have no dot in their
// first element.
func isStd(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}
