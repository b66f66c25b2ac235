package journal

import (
	"errors"
	"io"
	"os"
)

// Names for the tests, which live outside the package.

type (
	Files  = files
	File   = file
	Change = change
)

const (
	HeaderSize    = headerSize
	FrameOverhead = frameOverhead
	KindPut       = kindPut
	KindForget    = kindForget
)

// OpenOn opens a journal over a directory of the test.
func OpenOn(cfg Config, dir Files) (*Journal, error) { return open(cfg, dir) }

// DecodeChange and EncodeChange are the codec of outbox records.
func DecodeChange(kind uint8, b []byte) (Change, error) { return decodeChange(kind, b) }
func EncodeChange(c Change) (kind uint8, b []byte)      { return c.kind(), c.encode() }

// SegmentBytes encodes a segment of the given records, each its own batch unless back says otherwise.
func SegmentBytes(first, end Seq, size int64, salt uint32, records []Record, back []uint32) []byte {
	b := header{first: first, end: end, size: size, salt: salt}.encode()
	for i, r := range records {
		b = appendFrame(b, salt, frame{r, back[i]})
	}
	return b
}

// ScanSegment decodes as much of a segment as can be believed and encodes it again. It says why it ended, nil
// for the end of the file, and whether a write that was cut off explains it.
func ScanSegment(source File, size int64, name string) (again []byte, records int, torn bool, err error) {
	s, err := newScanner(source, name, size)
	if err != nil {
		return nil, 0, false, err
	}
	again = s.encode()
	for {
		f, err := s.scan()
		if errors.Is(err, io.EOF) {
			return again, records, false, nil
		}
		if err != nil {
			return again, records, explain(s, err) == nil, err
		}
		again = appendFrame(again, s.salt, f)
		records++
	}
}

// PutOf is the change that Put makes.
func PutOf(in Intent) Change { return putChange{in} }

// RetryOf, DoneOf and ForgetOf are the changes that Retry, Done and Forget make.
func RetryOf(key string, attempts uint32, notBefore int64, reason string) Change {
	return retryChange{key, attempts, notBefore, reason}
}
func DoneOf(key string, digest [32]byte, outcome []byte) Change {
	return doneChange{key, digest, outcome}
}
func ForgetOf(before Seq) Change { return forgetChange{before} }

// SyncData is how files are synced.
func SyncData(f *os.File) error { return syncData(f) }
