package arch

import "fmt"

// checkRatio asks that proof and each module of the chain have at least as many lines of tests as of
// code; the finding is at the directory.
func checkRatio(t *Tree) []Finding {
	type lines struct{ code, tests int }
	sums := make(map[string]lines)
	var order []string
	for _, f := range t.handWritten(anyFile) {
		unit, ok := match("x/*/**", f.Dir)
		if !ok {
			unit, ok = match("proof/**", f.Dir)
		}
		if !ok {
			continue
		}
		sum, known := sums[unit]
		if !known {
			order = append(order, unit)
		}
		if f.Test {
			sum.tests += f.Lines
		} else {
			sum.code += f.Lines
		}
		sums[unit] = sum
	}
	var found []Finding
	for _, unit := range order {
		if sum := sums[unit]; sum.tests < sum.code {
			found = append(found, Finding{
				File: unit, Why: "what every validator must agree on is tested at least as long as it is written",
				What: fmt.Sprintf("%d lines of tests for %d lines of code", sum.tests, sum.code),
			})
		}
	}
	return found
}
