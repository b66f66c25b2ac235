// Package lifecycle starts the parts of a program together, waits for them, closes them in the reverse
// order of their adding and names the part that hangs when stopping takes too long. The composition root
// adds items in dependency order, calls Run, and calls Close when Run has returned. The package knows
// nothing of what its items do.
package lifecycle
