package arch_test

func callCases() []ruleCase {
	return []ruleCase{
		{"ok: methods and other names", "init", "-- a/a.go --\npackage a\nfunc (a A) init() {}\nfunc initialise() {}\n", nil},
		{"fails: anywhere, tests too", "init", "-- a/a.go --\npackage a\nfunc init() {}\n-- a/a_test.go --\npackage a\nfunc init() {}\n",
			[]string{"a/a.go:2: func init runs before anybody asked", "a/a_test.go:2: func init runs before anybody asked"}},

		{"ok: names and blanks", "dots", "-- a/a.go --\npackage a\nimport _ \"fmt\"\nimport b \"io\"\n", nil},
		{"fails: a dot", "dots", "-- a/a_test.go --\npackage a\nimport . \"time\"\n", []string{"a/a_test.go:2: dot import of time"}},

		{"ok: the clock, and other sleeps", "sleeps", `
-- offchain/clock/c.go --
package clock
import "time"
func Sleep() { time.Sleep(1) }
-- offchain/clock/c_test.go --
package clock_test
import "time"
func f() { time.Sleep(1) }
-- a/a.go --
package a
import "time"
func f(c clock) { c.Sleep(time.Second) }
`, nil},
		{"fails: tests too, under any name, also as a value", "sleeps", `
-- a/a.go --
package a
import t "time"
var pause = t.Sleep
-- a/a_test.go --
package a
import "time"
func f() { time.Sleep(1) }
`, []string{"a/a.go:3: time.Sleep", "a/a_test.go:3: time.Sleep"}},

		{"ok: by test/seeded, which calls rapid, and other things called Check", "seeds", `
-- test/seeded/property.go --
package seeded
import "pgregory.net/rapid"
func Checks(t *testing.T, prop func(*rapid.T)) { rapid.Check(t, prop) }
-- test/seeded/property_test.go --
package seeded_test
import "pgregory.net/rapid"
var run = rapid.MakeCheck(nil)
-- a/a_test.go --
package a_test
import "pgregory.net/rapid"
import "@/test/seeded"
func f(t *testing.T) { seeded.Checks(t, 9, func(rt *rapid.T) { rapid.Byte().Draw(rt, "a"); c.Check(rt) }) }
`, nil},
		{"fails: tests and what they share, under any name, also as a value", "seeds", `
-- a/a_test.go --
package a_test
import "pgregory.net/rapid"
func f(t *testing.T) { rapid.Check(t, prop) }
func g(t *testing.T) { t.Run("a", rapid.MakeCheck(prop)) }
-- test/devnet/d.go --
package devnet
import r "pgregory.net/rapid"
var check = r.Check
-- test/seededness/s.go --
package seededness
import "pgregory.net/rapid"
var check = rapid.Check
`, []string{
			"a/a_test.go:3: rapid.Check", "a/a_test.go:4: rapid.MakeCheck", "test/devnet/d.go:3: rapid.Check",
			"test/seededness/s.go:3: rapid.Check",
		}},

		{"ok: skips that are no tests", "skips", `
-- a/a_test.go --
package a
func f(r *reader, t *testing.T) { r.Skip(3); t.Run("a", nil); decoder().Skip() }
`, nil},
		{"fails: every kind of test", "skips", `
-- a/a_test.go --
package a
func f(t *testing.T) { t.Skip("a") }
func g(b *testing.B) { b.Skipf("a") }
func h(tb testing.TB) { tb.SkipNow() }
func i(f *testing.F) {
	f.Fuzz(func(test *testing.T, data []byte) { test.Skip() })
}
func j(rt *rapid.T) { rt.Skip() }
func (s *suite) k() { s.T().Skip() }
-- test/devnet/d.go --
package devnet
func Run(t testing.TB) { t.Skip() }
`, []string{
			"a/a_test.go:2: a test calls Skip", "a/a_test.go:3: a test calls Skipf", "a/a_test.go:4: a test calls SkipNow",
			"a/a_test.go:6: a test calls Skip", "a/a_test.go:8: a test calls Skip", "a/a_test.go:9: a test calls Skip",
			"test/devnet/d.go:2: a test calls Skip",
		}},

		{"ok: constructors, genesis, the module, tests, off chain", "panics", `
-- x/a/module.go --
package a
func (AppModule) Register() { panic("a") }
-- x/a/keeper/genesis.go --
package keeper
func (k Keeper) InitGenesis() { panic("a") }
-- x/a/keeper/k.go --
package keeper
func NewKeeper() { panic("a") }
func newQueue() { func() { panic("a") }() }
-- x/a/keeper/k_test.go --
package keeper
func f() { panic("a") }
-- offchain/a/a.go --
package a
func f() { panic("a") }
`, nil},
		{"fails: elsewhere in x and proof", "panics", `
-- proof/p.go --
package proof
func MustParse() { panic("a") }
-- x/a/keeper/k.go --
package keeper
func (k Keeper) NewTask() { panic("a") }
var f = func() { panic("a") }
`, []string{
			"proof/p.go:2: panic outside of constructors and genesis",
			"x/a/keeper/k.go:2: panic outside of constructors and genesis",
			"x/a/keeper/k.go:3: panic outside of constructors and genesis",
		}},
	}
}
