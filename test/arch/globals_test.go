package arch_test

func globalCases() []ruleCase {
	return []ruleCase{
		{"ok: tables, sentinels, locals of the same name, other packages, tests", "globals", `
-- a/a.go --
package a
import "errors"
var ErrA = errors.New("a")
var table, count = map[string]int{}, 0
var _ = 1
func f() int {
	count := 1
	count++
	_ = count
	return table["a"]
}
func g(table []int) { table[0] = 1 }
func h() { for count := range 3 { count = 2 } }
func i() { other.count = 1 }
-- a/a_test.go --
package a
func setUp() { count = 7 }
`, nil},
		{"fails: every way to write one", "globals", `
-- a/a.go --
package a
func f() {
	count = 1
	count++
	total += 2
	table["a"] = 1
	state.inner.list[0] = 1
	*pointer = 1
	(count) = 2
	delete(table, "a")
	clear(table)
	func() { count = 3 }()
	for count = range 3 {}
}
-- a/b.go --
package a
var count, total int
var table = map[string]int{}
var (
	state   struct{ inner struct{ list []int } }
	pointer = new(int)
)
`, []string{
			"a/a.go:3: f writes the package-level variable count",
			"a/a.go:4: f writes the package-level variable count",
			"a/a.go:5: f writes the package-level variable total",
			"a/a.go:6: f writes the package-level variable table",
			"a/a.go:7: f writes the package-level variable state",
			"a/a.go:8: f writes the package-level variable pointer",
			"a/a.go:9: f writes the package-level variable count",
			"a/a.go:10: f writes the package-level variable table",
			"a/a.go:11: f writes the package-level variable table",
			"a/a.go:12: f writes the package-level variable count",
			"a/a.go:13: f writes the package-level variable count",
		}},
	}
}
