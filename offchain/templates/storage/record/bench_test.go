package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
)

// BenchmarkList works on a list of 131,072 segments, 1 TiB of an object, of the profile small.
func BenchmarkList(b *testing.B) {
	const segments = 1 << 17
	l := listOf(b, 8, upTo(segments)...)
	encoded := l.Encode()
	var everySecond []int
	for i := 0; i < segments; i += 2 {
		everySecond = append(everySecond, i)
	}
	for _, m := range []struct {
		name string
		do   func() error
	}{
		{"encode", func() error { l.Encode(); return nil }},
		{"decode", func() error { _, err := record.DecodeList(encoded, len(encoded)); return err }},
		{"index", func() error { record.NewIndex(l); return nil }},
		{"layout", func() error { _, err := l.Layout(); return err }},
		{"apply", func() error {
			kept, err := record.Kept(segments, everySecond)
			if err != nil {
				return err
			}
			_, err = l.Apply(kept, l)
			return err
		}},
	} {
		b.Run(m.name, func(b *testing.B) {
			b.SetBytes(int64(len(encoded)))
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, m.do())
			}
		})
	}
}
