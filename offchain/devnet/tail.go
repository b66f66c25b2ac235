package devnet

import (
	"io"
	"os"
	"strings"
)

const (
	// tailLines is how much of a log is shown.
	tailLines = 50
	// tailBytes bounds what is read for it.
	tailBytes = 64 << 10
)

// tail returns the last lines of what a log file holds behind from, at most 50. A log that cannot be read
// says so in its place: whoever shows it has a worse error to tell of.
func tail(path string, from int64) []string {
	f, err := os.Open(path)
	if err != nil {
		return []string{err.Error()}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return []string{err.Error()}
	}
	from = max(from, info.Size()-tailBytes)
	bz, err := io.ReadAll(io.NewSectionReader(f, from, tailBytes))
	if err != nil {
		return []string{err.Error()}
	}
	text := strings.TrimRight(string(bz), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-tailLines):]
}
