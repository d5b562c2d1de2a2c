package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/paypush/paypush/internal/docs"
	"github.com/paypush/paypush/internal/fault"
)

// TestTheTableIsFresh fails when a code was added, changed or taken away.
func TestTheTableIsFresh(t *testing.T) {
	files, err := generate("../../..")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is older than the source; run go generate ./internal/docs", path)
		}
	}
}

func TestCollectReadsWhatIsWrittenInFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	const source = `package a
var (
	one   = fault.New(fault.Conflict, "one", "O" + "ne.")
	two   = fault.Input("/x", "two", "Two.")
	again = fault.New(fault.Internal, "one", "Other.")
	other = elsewhere.New(fault.Conflict, "three", "Three.")
	open  = fault.New(kind, code, "Open.")
)
`
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := collect(filepath.Dir(path))
	if err != nil || len(got) != 2 || got["one"] != (raised{fault.Conflict, "One.", path}) || got["two"] != (raised{fault.Invalid, "Two.", path}) {
		t.Fatalf("%v, %v", got, err)
	}
}

func TestCodesAreStableWords(t *testing.T) {
	word := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	kinds := map[string]bool{}
	for _, k := range docs.Kinds() {
		kinds[k.Code] = true
	}
	codes := docs.Errors()
	if len(codes) < 60 || len(kinds) != 10 {
		t.Fatalf("%d codes of %d kinds", len(codes), len(kinds))
	}
	for _, c := range codes {
		if !word.MatchString(c.Code) || !kinds[c.Kind] || c.Status < 400 || c.Status > 599 {
			t.Errorf("%+v", c)
		}
	}
}
