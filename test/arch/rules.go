package arch

// Rule is one law with its checker.
type Rule struct {
	Name string // one word, printed with each finding
	Do   string // how to put a finding right, unless the finding says it better

	check func(*Tree) []Finding
}

// Check returns the places of the tree that break the rule, in the order of their paths.
func (r Rule) Check(t *Tree) []Finding {
	found := r.check(t)
	for i := range found {
		found[i].Rule = r.Name
		if found[i].Do == "" {
			found[i].Do = r.Do
		}
	}
	sortFindings(found)
	return found
}

// Rules returns every rule that is checked on the source tree, cheapest to understand first.
func Rules() []Rule {
	return []Rule{
		{"syntax", "make the file parse", checkSyntax},
		{"generated", "write the file by hand, or generate it from protobuf as *.pb.go or *.pb.gw.go", checkGenerated},
		{"imports", "turn the arrow round: declare an interface beside its user and wire it in app or offchain/node", checkImports},
		{"outside", "move the code to the package that owns this dependency, or do without it", checkOutside},
		{"counts", "put the test into a package that links it already, or test at a lower level", checkCounts},
		{"names", "name the package after the concept it holds", checkNames},
		{"glossary", "use the word of docs/glossary.md", checkGlossary},
		{"budgets", "split by concept; one file, one concept", checkBudgets},
		{"ratio", "test what is untested, or delete code that is not needed", checkRatio},
		{"documented", "say what it is, with shapes, units and errors", checkDocumented},
		{"hygiene", "take the value from the block, the store or the message", checkHygiene},
		{"maps", "keep a sorted slice or a collection and walk that", checkMaps},
		{"proto", "use repeated messages with a key, and integers with their unit in the name", checkProto},
		{"globals", "hold the value in a struct that is passed in", checkGlobals},
		{"init", "do the work in a constructor that the wiring calls", checkInit},
		{"dots", "import the package under its name", checkDots},
		{"sleeps", "wait for a condition with a deadline, or take a clock", checkSleeps},
		{"seeds", "check the property by seeded.Property or seeded.Checks", checkSeeds},
		{"skips", "make the test run everywhere, or delete it", checkSkips},
		{"panics", "return an error", checkPanics},
		{"todo", "write it as TODO(#topic): … and add #topic to docs/limits.md", checkTodo},
	}
}
