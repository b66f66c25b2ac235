// Package arch holds the laws of this repository as data and fails the build when a file breaks one:
// which package may import which, how long a file or a function may be, what consensus code must not
// do, which words name things. Every table is one screen long and each row says why it is there. Rules
// lists the laws that Load makes checkable with the parser of the standard library alone, in a second
// and before anything is compiled; CheckLight, which keeps the mesh binary light, needs the go command
// to say what that links.
//
// # Limitations
//
// There is no type checker. A map is recognised by what its package and ours say about it, fields and
// methods by name alone, not when a foreign package returns it; a float only where its type or a literal
// is written; a package-level variable that changes through a method or a pointer is not seen. The rules
// make honest mistakes loud; they do not hold out against someone who means to hide one.
package arch
