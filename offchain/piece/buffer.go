package piece

import (
	"sync"
	"unsafe"
)

const (
	// pageSize is the unit of volumes: records begin and end on it, and O_DIRECT asks for it in memory and on disk.
	pageSize = 4096
	// bulkData is how many bytes of a piece are gathered before they are written.
	bulkData = 2 << 20
	// bulkBytes lets the record of a piece of 2 MiB, list and trailer included, be one write.
	bulkBytes = bulkData + 2*pageSize
	// smallBytes spares a small piece the large buffer.
	smallBytes = 64 << 10
)

// Buffer returns a page-aligned buffer of n bytes. Reader.ReadAt fills it without a copy by the kernel.
func Buffer(n int) []byte {
	b := make([]byte, n+pageSize-1)
	skip := -uintptr(unsafe.Pointer(unsafe.SliceData(b))) % pageSize
	return b[skip : int(skip)+n : int(skip)+n]
}

// aligned says whether a buffer begins on a page.
func aligned(b []byte) bool { return uintptr(unsafe.Pointer(unsafe.SliceData(b)))%pageSize == 0 }

// buffers keeps aligned buffers of two sizes for the next writer.
type buffers struct{ bulk, small sync.Pool }

// take returns a buffer for a record, whole if it fits into one write. Its content is arbitrary.
func (p *buffers) take(record int64) *[]byte {
	pool, size := &p.bulk, bulkBytes
	if record <= smallBytes {
		pool, size = &p.small, smallBytes
	}
	if b, ok := pool.Get().(*[]byte); ok {
		return b
	}
	b := Buffer(size)
	return &b
}

// give takes a buffer back.
func (p *buffers) give(b *[]byte) {
	if len(*b) == smallBytes {
		p.small.Put(b)
	} else {
		p.bulk.Put(b)
	}
}
