package world

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func put(t *testing.T, w *World, kind, id string, v any) {
	t.Helper()
	if err := w.Put(kind, id, v); err != nil {
		t.Fatal(err)
	}
}

func loaded(t *testing.T, w *World, kind string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := w.Load(kind, func(id string, raw json.RawMessage) error {
		if _, twice := got[id]; twice {
			t.Errorf("%s was loaded twice", id)
		}
		got[id] = string(raw)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTheLastValueOfAKeyIsLoaded(t *testing.T) {
	dir := t.TempDir()
	w, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	put(t, w, "trade", "a", 1)
	put(t, w, "trade", "b", "two")
	put(t, w, "trade", "a", 3)
	put(t, w, "trade", "c", 4)
	put(t, w, "trade", "c", nil)
	put(t, w, "other", "a", true)
	// The world is not closed: a killed process does not close it either.
	second := open(t, Options{Dir: dir})
	want := map[string]string{"a": "3", "b": `"two"`}
	if got := loaded(t, second, "trade"); !maps.Equal(got, want) {
		t.Errorf("loaded %v, want %v", got, want)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestATornLastLineIsDropped(t *testing.T) {
	dir := t.TempDir()
	w, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	put(t, w, "trade", "a", 1)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, journalName)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(raw, `{"k":"trade","i":"b","v":`...), 0o600); err != nil {
		t.Fatal(err)
	}
	second, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	put(t, second, "trade", "c", 3)
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	third := open(t, Options{Dir: dir})
	if got := loaded(t, third, "trade"); len(got) != 2 || got["a"] != "1" || got["c"] != "3" {
		t.Errorf("loaded %v", got)
	}
}

func TestTheJournalDoesNotGrowOverRestarts(t *testing.T) {
	dir := t.TempDir()
	var size int64
	for round := range 3 {
		w, err := New(Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 1000 {
			put(t, w, "trade", fmt.Sprint(i%10), i)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(dir, journalName))
		if err != nil {
			t.Fatal(err)
		}
		if round > 0 && info.Size() > size*11/10 {
			t.Errorf("round %d: grew from %d to %d bytes", round, size, info.Size())
		}
		size = info.Size()
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("the journal has mode %o", mode)
		}
	}
}

func TestADamagedJournalIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, journalName), []byte("not json\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{Dir: dir}); err == nil {
		t.Error("a damaged journal was opened")
	}
}

func TestAWorldWithoutAFolderKeepsNothing(t *testing.T) {
	w := open(t, Options{})
	put(t, w, "trade", "a", 1)
	if got := loaded(t, w, "trade"); len(got) != 0 {
		t.Errorf("loaded %v", got)
	}
}

func TestPutAfterCloseIsAnError(t *testing.T) {
	w, err := New(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Put("trade", "a", 1); err == nil {
		t.Error("a closed world took a value")
	}
}

func FuzzParseLine(f *testing.F) {
	f.Add("trade", "a", `{"x":1}`)
	f.Add(`","v":`, `\","v":"`, `"\",\"v\":"`)
	f.Fuzz(func(t *testing.T, kind, id, value string) {
		if _, err := parseLine([]byte(value)); err == nil && len(value) < len(`{"k":"","i":"","v":}`) {
			t.Fatalf("%q is a line", value)
		}
		if !json.Valid([]byte(value)) {
			return
		}
		want := line{Kind: kind, ID: id, Value: json.RawMessage(value)}
		raw, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var same line
		if err := json.Unmarshal(raw, &same); err != nil {
			t.Fatal(err)
		}
		got, err := parseLine(append(raw, '\n'))
		if err != nil || got.Kind != same.Kind || got.ID != same.ID || string(got.Value) != string(same.Value) {
			t.Fatalf("%s became %+v: %v", raw, got, err)
		}
	})
}
