package archtest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Every relative link in the documents leads to a file, and every anchor in it
// to a heading.
func TestLinksInDocumentsLead(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && path != root && (name == "var" || name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".")) {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range markdownLink.FindAllStringSubmatch(string(text), -1) {
			checkLink(t, path, m[1])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkLink(t *testing.T, from, link string) {
	t.Helper()
	if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
		return
	}
	file, anchor, _ := strings.Cut(link, "#")
	target := from
	if file != "" {
		target = filepath.Join(filepath.Dir(from), filepath.FromSlash(file))
	}
	text, err := os.ReadFile(target)
	if err != nil {
		if info, statErr := os.Stat(target); statErr != nil || !info.IsDir() {
			t.Errorf("%s: the link %s leads nowhere", from, link)
		}
		return
	}
	if anchor != "" && !strings.Contains(anchors(string(text)), " "+anchor+" ") {
		t.Errorf("%s: the link %s leads to no heading", from, link)
	}
}

var heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)

// anchors lists a document's anchors with blanks around each.
func anchors(text string) string {
	var b strings.Builder
	b.WriteString(" ")
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(strings.TrimSpace(m[1]))
		name = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(name, "")
		b.WriteString(strings.ReplaceAll(name, " ", "-") + " ")
	}
	for _, m := range regexp.MustCompile(`id="([^"]+)"`).FindAllStringSubmatch(text, -1) {
		b.WriteString(m[1] + " ")
	}
	return b.String()
}
