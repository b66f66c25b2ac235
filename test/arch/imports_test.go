package arch_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mesh-protocol/mesh/test/arch"
)

// mayImport says in full which of these directories the code of each may import; nothing is left to
// the reading of patterns.
func mayImport() map[string]string {
	const halves = "offchain offchain/attest offchain/chain offchain/devnet offchain/gateway offchain/journal offchain/lifecycle offchain/logic offchain/logic/js offchain/logic/wasm " +
		"offchain/message offchain/node offchain/p2p offchain/piece offchain/templates/ml offchain/templates/storage offchain/work"
	const modules = "x/beacon x/beacon/keeper x/beacon/types x/gov x/gov/keeper x/gov/types x/network x/network/keeper x/network/types " +
		"x/rewards x/rewards/keeper x/rewards/types x/tasks x/tasks/keeper x/tasks/simulation x/tasks/types"
	const types = "x/beacon/types x/gov/types x/network/types x/rewards/types x/tasks/types"
	return map[string]string{
		"proof":                      "",
		"x/beacon":                   "proof x/beacon/keeper x/beacon/types",
		"x/beacon/keeper":            "proof x/beacon/types",
		"x/beacon/types":             "proof",
		"x/gov":                      "proof x/beacon/types x/gov/keeper x/gov/types x/network/types x/rewards/types x/tasks/types",
		"x/gov/keeper":               "proof x/beacon/types x/gov/types x/network/types x/rewards/types x/tasks/types",
		"x/gov/types":                "proof",
		"x/network":                  "proof x/beacon/types x/network/keeper x/network/types",
		"x/network/keeper":           "proof x/beacon/types x/network/types",
		"x/network/types":            "proof",
		"x/rewards":                  "proof x/beacon/types x/network/types x/rewards/keeper x/rewards/types x/tasks/types",
		"x/rewards/keeper":           "proof x/beacon/types x/network/types x/rewards/types x/tasks/types",
		"x/rewards/types":            "proof",
		"x/tasks":                    "proof x/beacon/types x/network/types x/tasks/keeper x/tasks/simulation x/tasks/types",
		"x/tasks/keeper":             "proof x/beacon/types x/network/types x/tasks/types",
		"x/tasks/simulation":         "proof x/beacon/types x/network/types x/tasks x/tasks/keeper x/tasks/types",
		"x/tasks/types":              "proof",
		"app":                        "proof " + modules,
		"cmd/meshd":                  "app proof " + modules,
		"offchain":                   "",
		"offchain/work":              "proof",
		"offchain/chain":             "offchain/work proof " + types,
		"offchain/message":           "proof",
		"offchain/p2p":               "offchain/message proof",
		"offchain/attest":            "offchain/message offchain/work proof",
		"offchain/journal":           "offchain/message offchain/work proof",
		"offchain/piece":             "offchain/message offchain/work proof",
		"offchain/logic":             "offchain/message offchain/work proof",
		"offchain/logic/js":          "offchain/logic offchain/message offchain/work proof",
		"offchain/logic/wasm":        "offchain/logic offchain/message offchain/work proof",
		"offchain/templates/ml":      "offchain/logic offchain/work proof",
		"offchain/templates/storage": "offchain/logic offchain/work proof",
		"offchain/gateway":           "offchain/message offchain/work proof web",
		"offchain/devnet":            "",
		"offchain/lifecycle":         "",
		"offchain/node":              strings.ReplaceAll(halves, "offchain/node ", "") + " proof web",
		"cmd/mesh":                   halves + " proof",
		"web":                        "",
		"examples/js":                halves + " proof",
		"tool":                       "",
		"test/arch":                  "",
		"test/e2e":                   "",
		"test/devnet":                "app cmd/mesh cmd/meshd examples/js " + halves + " proof test/arch test/e2e test/sim tool web " + modules,
		"test/sim":                   "app cmd/mesh cmd/meshd examples/js " + halves + " proof test/arch test/devnet test/e2e tool web " + modules,
	}
}

// TestImportMatrix lets every package import every other and compares what is allowed with mayImport.
func TestImportMatrix(t *testing.T) {
	law := mayImport()
	dirs := slices.Sorted(maps.Keys(law))
	for _, from := range dirs {
		source := "package a\n"
		for _, to := range dirs {
			source += fmt.Sprintf("import _ %q\n", arch.Module+"/"+to)
		}
		refused := findings(t, "imports", fstest.MapFS{from + "/a.go": {Data: []byte(source)}})
		var allowed []string
		for _, to := range dirs {
			ends := func(finding string) bool { return strings.HasSuffix(finding, " may not import "+to) }
			if to != from && !slices.ContainsFunc(refused, ends) {
				allowed = append(allowed, to)
			}
		}
		if len(refused)+len(allowed)+1 != len(dirs) {
			t.Errorf("%s: %d refused and %d allowed of %d others", from, len(refused), len(allowed), len(dirs)-1)
		}
		t.Run(from, func(t *testing.T) { equal(t, strings.Fields(law[from]), allowed) })
	}
}

func importCases() []ruleCase {
	return []ruleCase{
		{"ok: arrows to the left, and within a place", "imports", `
-- x/tasks/keeper/k.go --
package keeper
import _ "@/proof"
import _ "@/x/network/types"
import _ "@/x/tasks/keeper/internal/queue"
import _ "@/x/tasks/internal/trie"
-- offchain/templates/storage/s.go --
package storage
import _ "@/offchain/templates/storage/layout"
import _ "@/offchain/work"
import _ "fmt"
`, nil},
		{"fails: a template that knows another", "imports", `
-- offchain/templates/storage/s.go --
package storage

import _ "@/offchain/templates/ml"
`, []string{"offchain/templates/storage/s.go:3: offchain/templates/storage may not import offchain/templates/ml"}},
		{"fails: types that know other types, generated or not", "imports", `
-- x/tasks/types/t.pb.go --
// Code generated by protoc-gen-gogo. DO NOT EDIT.
package types
import _ "@/x/network/types"
-- x/tasks/types/u.go --
package types
import _ "@/x/network/types"
`, []string{
			"x/tasks/types/t.pb.go:3: x/tasks/types may not import x/network/types",
			"x/tasks/types/u.go:2: x/tasks/types may not import x/network/types",
		}},
		{"fails: a module outside of the order", "imports", "-- x/oracle/o.go --\npackage oracle\n-- x/oracle/p.go --\npackage oracle\n",
			[]string{"x/oracle: x/oracle has no place in the order of modules"}},
		{"fails: a package outside of the law", "imports", "-- internal/a/a.go --\npackage a\n-- main.go --\npackage main\n",
			[]string{".: no row of places fits .", "internal/a: no row of places fits internal/a"}},
		{"ok: tests see their own module and the networks of test", "imports", `
-- proof/t_test.go --
package proof_test
import _ "@/test/seeded"
-- x/tasks/types/t_test.go --
package types_test
import _ "@/x/tasks/keeper"
-- x/tasks/keeper/t_test.go --
package keeper_test
import _ "@/test/sim"
-- offchain/p2p/t_test.go --
package p2p_test
import _ "@/test/adversary"
-- app/t_test.go --
package app_test
import _ "@/test/sim"
-- cmd/mesh/t_test.go --
package main
import _ "@/test/devnet"
-- examples/js/t_test.go --
package js_test
import _ "@/test/devnet"
`, nil},
		{"fails: tests that go further", "imports", `
-- offchain/p2p/t_test.go --
package p2p_test
import _ "@/offchain/chain"
-- proof/t_test.go --
package proof_test
import _ "@/test/sim"
-- test/e2e/t_test.go --
package e2e_test
import _ "@/test/devnet"
-- x/tasks/keeper/t_test.go --
package keeper_test
import _ "@/x/network/keeper"
`, []string{
			"offchain/p2p/t_test.go:2: offchain/p2p may not import offchain/chain",
			"proof/t_test.go:2: proof may not import test/sim",
			"test/e2e/t_test.go:2: test/e2e may not import test/devnet",
			"x/tasks/keeper/t_test.go:2: x/tasks/keeper may not import x/network/keeper",
		}},
		{"fails: production code that imports test code", "imports", "-- offchain/node/n.go --\npackage node\nimport _ \"@/test/adversary\"\n",
			[]string{"offchain/node/n.go:2: offchain/node may not import test/adversary"}},
		{"fails: the root of the module is ours too", "imports", "-- proof/p.go --\npackage proof\nimport _ \"" + arch.Module + "\"\n",
			[]string{"proof/p.go:2: proof may not import ."}},
	}
}
