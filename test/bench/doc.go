// Package bench measures whole journeys on the built binaries: real processes, real sockets, real disks, beside a
// reference that is taken in the same run, so that figures can be compared as ratios. It needs build/bin/mesh and
// build/bin/meshd, or MESH_BIN and MESHD_BIN. Its figures are in docs/benchmarks.md.
//
// BenchmarkStoragePut and BenchmarkStorageGet move a file of 1 GiB of random bytes into and out of a devnet of 12 nodes
// with profile 4/8; BenchmarkRawStream moves as many bytes over one libp2p stream between two processes, and
// BenchmarkPlainCopy copies the file. All four are figures of one run, in which they take turns; whichever is asked for,
// the run takes them all, once in a process. It takes about 8 GiB in TMPDIR and a minute or two, and leaves nothing.
//
// # Limitations
//
// Times are those of whole commands: a put includes the wait for the chain's blocks. cpu-s of put and get is that of the
// command and of all 12 nodes, those that hold nothing and the proofs and claims of the moment included; not that of the
// validator.
package bench
