// Package mutants switches rules of the chain off, one at a time, and requires that the test that is there for the rule fails:
// what is proven by a test that cannot fail is nothing. A rule is switched off in a copy of one file that replaces the file for one
// run of the go command (-overlay); the tree stays as it is, and no binary with a rule switched off is left.
//
// The mutants run with make mutants, as each builds a chain of its own; without MESH_MUTANTS in the environment the tests see only
// that the rules are where they were.
package mutants
