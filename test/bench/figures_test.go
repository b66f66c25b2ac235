package bench

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	for name, tc := range map[string]struct {
		list []cost
		want cost
	}{
		"ok: one":   {[]cost{{3, 4}}, cost{3, 4}},
		"ok: two":   {[]cost{{3, 10}, {5, 4}}, cost{4, 7}},
		"ok: three": {[]cost{{9, 1}, {1, 3}, {2, 2}}, cost{2, 2}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tc.want, median(tc.list)) })
	}
}

func TestParseStat(t *testing.T) {
	used, err := parseStat("7 (a b) c) S 1 7 7 0 -1 4194560 9 0 0 0 123 45 600 700 20 0 8 0 100")
	require.NoError(t, err)
	require.Equal(t, 1680*time.Millisecond, used)
	for name, line := range map[string]string{
		"fails: nothing":      "",
		"fails: too short":    "7 (a) S 1 7 7 0 -1 4194560 9 0 0 0 123",
		"fails: not a number": "7 (a) S 1 7 7 0 -1 4194560 9 0 0 0 x 45 600",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseStat(line)
			require.Error(t, err)
		})
	}
}

func TestSame(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, b, 0o600))
		return path
	}
	long := make([]byte, 2*ioSize+1)
	a := file("a", long)
	require.NoError(t, same(a, file("b", long)))
	require.Error(t, same(a, file("short", long[:2*ioSize])))
	long[2*ioSize] = 1
	require.Error(t, same(a, file("other", long)))
	copied := filepath.Join(dir, "copied")
	_, err := plainCopy(a, copied)
	require.NoError(t, err)
	require.NoError(t, same(a, copied))
}
