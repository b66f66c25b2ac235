// Package e2e drives the built binaries as a user does: real processes, real sockets, homes in temporary
// directories, and nothing of ours imported. It needs build/bin/mesh and build/bin/meshd, or MESH_BIN and
// MESHD_BIN, and fails without them. Every wait asks for a condition until a deadline of one minute; a test
// that fails shows the last lines of every process.
package e2e
