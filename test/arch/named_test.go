package arch_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Tests and benchmarks that the documents name exist.
func TestDocumentsNameTestsThatExist(t *testing.T) {
	root := filepath.Join("..", "..")
	there := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)[A-Z]\w*)\(`)
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "build" || d.Name() == ".git" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, "_test.go") {
			bz, err := os.ReadFile(path)
			for _, m := range declared.FindAllSubmatch(bz, -1) {
				there[string(m[1])] = true
			}
			return err
		}
		return nil
	})
	if err != nil || !there["TestDocumentsNameTestsThatExist"] {
		t.Fatalf("the tests were not found: %v", err)
	}
	named := regexp.MustCompile("`((?:Test|Benchmark|Fuzz)[A-Z]\\w*)")
	documents, err := filepath.Glob(filepath.Join(root, "docs", "protocol", "*.md"))
	if err != nil || len(documents) == 0 {
		t.Fatalf("the documents were not found: %v", err)
	}
	for _, path := range documents {
		bz, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllSubmatch(bz, -1) {
			if !there[string(m[1])] {
				t.Errorf("%s names %s, which is nowhere", path, m[1])
			}
		}
	}
}
