package client

import "os"

// flowStep is how many bytes are written to a file before the system is asked to bring them to the disk.
const flowStep = 16 << 20

// flow is a file that is written from its beginning to its end. What is written goes to the disk while more comes, so that there is
// little to wait for when it is synced in the end.
type flow struct {
	*os.File
	begin          func(f *os.File, offset, length int64) // beginSync
	written, begun int64                                  // bytes
}

// newFlow returns a flow into an empty file.
func newFlow(f *os.File) *flow { return &flow{File: f, begin: beginSync} }

// Write implements io.Writer.
func (f *flow) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	f.written += int64(n)
	if err == nil && f.written-f.begun >= flowStep {
		f.begin(f.File, f.begun, f.written-f.begun)
		f.begun = f.written
	}
	return n, err
}
