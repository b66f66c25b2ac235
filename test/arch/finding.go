package arch

import (
	"cmp"
	"fmt"
	"slices"
)

// Finding is one place that breaks a rule.
type Finding struct {
	File string // slash-separated path from the root of the tree, a directory where no file is at fault
	Line int    // counted from 1; 0 where the whole file or directory is meant
	Rule string // name of the rule
	What string // what is wrong there
	Why  string // reason of the rule or of its row
	Do   string // how to put it right
}

// String returns the finding as three lines: where and what, why, what to do.
func (f Finding) String() string {
	at := f.File
	if f.Line > 0 {
		at = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return fmt.Sprintf("%s: [%s] %s\n\twhy: %s\n\tdo:  %s", at, f.Rule, f.What, f.Why, f.Do)
}

// sortFindings orders findings by file, line and text, so that two runs print the same.
func sortFindings(list []Finding) {
	slices.SortFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.What, b.What))
	})
}
