package metrics_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the documentation tells operators to watch has to exist.
func TestDocumentedMetricsExist(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operation.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && !strings.HasSuffix(f, "_test.go") {
			source.Write(b)
		}
	}
	names := regexp.MustCompile(`paypush_[a-z_]+[a-z]`).FindAllString(string(text), -1)
	if len(names) < 10 {
		t.Fatalf("the documentation names %d metrics only", len(names))
	}
	for _, name := range names {
		base := strings.TrimSuffix(name, "_count") // of a histogram
		backlog := strings.TrimSuffix(name, "_oldest_seconds")
		if !strings.Contains(source.String(), `"`+base+`"`) && !strings.Contains(source.String(), `waiting(out, "`+backlog+`"`) {
			t.Errorf("docs/operation.md names %s, which does not exist", name)
		}
	}
}
