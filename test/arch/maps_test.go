package arch_test

import "fmt"

func mapCases() []ruleCase {
	return []ruleCase{
		{"ok: lists, sorted keys, lookups, tests, other places", "maps", `
-- x/a/keeper/k.go --
package keeper
import (
	"maps"
	"slices"
	"cosmossdk.io/collections"
	"@/x/a/types"
)
type Keeper struct{ nodes collections.Map[uint64, string] }
type list []int
func (k Keeper) f(m map[string]int, names []string, l list, n int) int {
	for _, name := range names { n += m[name] }
	for range l { n++ }
	for range n { n++ }
	for _, name := range slices.Sorted(maps.Keys(m)) { n += m[name] }
	for range "text" { n++ }
	for range foreign.rows { n++ }
	for range k.g() { n++ }
	for range len(m) { n++ }
	return n
}
func (k Keeper) g() []int { return nil }
-- x/a/types/t.go --
package types
type Set struct{ rows map[int]int }
-- x/a/keeper/k_test.go --
package keeper
var t = map[int]int{}
func f() { for range t {} }
-- app/a.go --
package app
func f(m map[string]int) { for range m {} }
`, nil},
		{"fails: maps declared in the function", "maps", `
-- x/a/a.go --
package a
func f(m map[string]int, o ...any) (r map[int]int) {
	for range m {}
	for range r {}
	a := make(map[int]bool)
	for range a {}
	b := map[int]bool{1: true}
	for range b {}
	var c map[int]bool
	for range c {}
	for range map[int]bool{1: true} {}
	for range make(map[int]int) {}
	d := a
	for range d {}
	e := func(p map[int]int) { for range p {} }
	_ = e
	q, ok := o[0].(map[int]int)
	for range q {}
	_ = ok
	s := &m
	for range *s {}
	for range (m) {}
	for range o[1].(map[int]int) {}
	for range *new(map[int]int) {}
	z := map[int]int{}
	for range z {}
	{
		z := []int{}
		_ = z
	}
	return nil
}
var h = func(m map[int]int) { for range m {} }
type rows map[int]int
func (r rows) f() { for range r {} }
`, mapFindings("x/a/a.go", 3, 4, 6, 8, 10, 11, 12, 14, 15, 18, 21, 22, 23, 24, 26, 33, 35)},
		{"fails: maps declared in the package, in any order of files", "maps", `
-- x/a/a.go --
package a
func (t *table) f() {
	for range t.rows {}
	for range global {}
	for range typedGlobal {}
	for range made() {}
	u, err := both()
	for range u {}
	_ = err
	for range t.method() {}
	v := index(nil)
	for range v {}
	for range index(nil) {}
	for range generic[int]() {}
	for range made2() {}
}
-- x/a/b.go --
package a
type index map[string]int
type table struct{ rows index; inner struct{ deep *map[int]int } }
var global = index{}
var typedGlobal index
func made() index { return nil }
func both() (m index, err error) { return nil, nil }
func (t *table) method() (index, error) { return nil, nil }
func (o other) method() ([]int, error) { return nil, nil }
func generic[T any]() map[int]T { return nil }
func made2() alias { return nil }
type alias = index
func g(t table) { for range t.inner.deep {} }
`, append(mapFindings("x/a/a.go", 3, 4, 5, 6, 8, 10, 12, 13, 14, 15), mapFindings("x/a/b.go", 13)...)},
		{"fails: maps of other packages of ours", "maps", `
-- x/a/keeper/k.go --
package keeper
import (
	other "@/x/a/types"
	"@/proof"
)
func f(i other.Index, s other.Set) {
	for range i {}
	for range s.Rows {}
	for range other.Global {}
	for range proof.Sums() {}
	for range other.Index(nil) {}
	for range new(other.Set).Rows {}
}
-- x/a/types/t.go --
package types
type Index map[string]int
type Set struct{ Rows Index }
var Global = make(Index)
-- proof/p.go --
package proof
func Sums() map[string]int { return nil }
`, mapFindings("x/a/keeper/k.go", 7, 8, 9, 10, 11, 12)},
		{"fails: maps inside of maps and lists", "maps", `
-- proof/p.go --
package proof
func f(m map[int]map[int]int, l []map[int]int) {
	for _, inner := range l {
		for range inner {}
	}
	for range m[0] {}
	for range l[0] {}
}
`, mapFindings("proof/p.go", 4, 6, 7)},
		{"fails: maps behind type parameters", "maps", `
-- proof/p.go --
package proof
func f[M ~map[K]V, K comparable, V any](m M) { for range m {} }
type table[K comparable, V any] map[K]V
func g(t table[int, int]) { for range t {} }
`, mapFindings("proof/p.go", 2, 4)},
		{"fails: iterators over maps, unsorted", "maps", `
-- x/a/a.go --
package a
import (
	"maps"
	"slices"
)
func f(m map[string]int) {
	for range maps.Keys(m) {}
	a := slices.Collect(maps.Values(m))
	b := maps.All(m)
	c := slices.Sorted(maps.Keys(m))
	for range maps.Clone(m) {}
	_, _, _ = a, b, c
}
`, []string{
			"x/a/a.go:7: consensus code uses maps.Keys unsorted",
			"x/a/a.go:8: consensus code uses maps.Values unsorted",
			"x/a/a.go:9: consensus code uses maps.All unsorted",
			"x/a/a.go:11: consensus code ranges over a map",
		}},
		{"fails: structs of keepers that remember", "maps", `
-- x/a/keeper/k.go --
package keeper
import "@/x/a/types"
type Keeper struct {
	cache map[string]int
	index types.Index
}
-- x/a/types/t.go --
package types
type Index map[string]int
type Plain struct{ rows Index }
`, []string{"x/a/keeper/k.go:4: a struct of a keeper holds a map", "x/a/keeper/k.go:5: a struct of a keeper holds a map"}},
	}
}

// mapFindings is one finding of a walk over a map at each line.
func mapFindings(file string, lines ...int) []string {
	var list []string
	for _, line := range lines {
		list = append(list, fmt.Sprintf("%s:%d: consensus code ranges over a map", file, line))
	}
	return list
}
