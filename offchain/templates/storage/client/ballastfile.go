package client

import "github.com/cockroachdb/pebble/v2/vfs"

// ballastFile is a file, or a directory, that gives the ballast up rather than have no room. Preallocate is as it is below: pebble
// asks for megabytes by it and does without them.
type ballastFile struct {
	vfs.File
	ballast *ballast

	end      int64
	unsynced []byte // the last bytes before end: a few megabytes of a table, what is being written of other files
}

// Write appends.
func (f *ballastFile) Write(p []byte) (int, error) {
	before := len(f.unsynced)
	f.unsynced = append(f.unsynced, p...) // before it is written, by which p may change
	n, err := f.File.Write(p)
	if noRoom(err) {
		f.ballast.giveUp(err)
		var more int
		more, err = f.File.Write(p[n:])
		n += more
	}
	f.end += int64(n)
	f.unsynced = f.unsynced[:before+n]
	return n, err
}

// Sync makes durable what was written.
func (f *ballastFile) Sync() error { return f.sync(f.File.Sync) }

// SyncData does so but for times.
func (f *ballastFile) SyncData() error { return f.sync(f.File.SyncData) }

// SyncTo begins to do so for the first bytes.
func (f *ballastFile) SyncTo(length int64) (full bool, err error) {
	if full, err = f.File.SyncTo(length); noRoom(err) {
		return true, f.syncAgain(err, f.File.SyncData)
	}
	return full, err
}

func (f *ballastFile) sync(sync func() error) error {
	err := sync()
	if noRoom(err) {
		err = f.syncAgain(err, sync)
	}
	if err == nil {
		f.unsynced = f.unsynced[:0]
	}
	return err
}

// syncAgain syncs what could not be synced before. The kernel may keep nothing of that and still call a second sync a success, so
// that it is written once more.
func (f *ballastFile) syncAgain(err error, sync func() error) error {
	f.ballast.giveUp(err)
	if len(f.unsynced) > 0 {
		if _, err := f.WriteAt(f.unsynced, f.end-int64(len(f.unsynced))); err != nil {
			return err
		}
	}
	return sync()
}
