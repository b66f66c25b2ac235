package arch_test

import (
	"fmt"
	"strings"
)

func countCases() []ruleCase {
	return []ruleCase{
		{"ok: three tests of the whole chain", "counts", countTree(3, "app"), nil},
		{"fails: a fourth test of the whole chain", "counts", countTree(4, "app"),
			[]string{"test/t04: 4 test packages link github.com/mesh-protocol/mesh/app, limit 3: [test/t01 test/t02 test/t03 test/t04]"}},
		{"ok: twelve tests with the SDK", "counts", countTree(12, "x/network/types"), nil},
		{"fails: a thirteenth test with the SDK, through packages of ours", "counts", countTree(13, "x/network/types"),
			[]string{"test/t13: 13 test packages link github.com/cosmos/cosmos-sdk, limit 12: " +
				"[test/t01 test/t02 test/t03 test/t04 test/t05 test/t06 test/t07 test/t08 test/t09 test/t10 test/t11 test/t12 test/t13]"}},
		{"fails: the tests of app count", "counts", countTree(3, "app") + "-- app/a_test.go --\npackage app\n",
			[]string{"test/t03: 4 test packages link github.com/mesh-protocol/mesh/app, limit 3: [app test/t01 test/t02 test/t03]"}},
		{"ok: what only the tests of a dependency link does not count", "counts", countTree(13, "proof") +
			"-- proof/p.go --\npackage proof\n-- proof/p_test.go --\npackage proof\nimport _ \"github.com/cosmos/cosmos-sdk/types\"\n", nil},
		{"ok: packages without tests do not count", "counts", strings.ReplaceAll(countTree(13, "app"), "_test.go", ".go"), nil},
	}
}

// countTree is a tree of n tests that import a package of ours by way of another. App does not import
// the SDK in it.
func countTree(n int, imported string) string {
	tree := "\n-- app/a.go --\npackage app\n-- x/network/types/t.go --\npackage types\nimport _ \"github.com/cosmos/cosmos-sdk/types\"\n" +
		"-- test/devnet/d.go --\npackage devnet\nimport _ \"@/" + imported + "\"\n"
	for i := range n {
		tree += fmt.Sprintf("-- test/t%02d/t_test.go --\npackage t\nimport _ \"@/test/devnet\"\n", i+1)
	}
	return tree
}
