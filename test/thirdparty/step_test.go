package thirdparty_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// step is one line of a story: what a client did and what came of it.
type step struct {
	Name  string          `json:"step"`
	Value json.RawMessage `json:"value"`
	Error *struct {
		Name    string   `json:"name"`
		Message string   `json:"message"`
		Code    string   `json:"code"`
		Status  int      `json:"status"`
		Where   []string `json:"where"`
	} `json:"error"`
}

func readSteps(out []byte) (all []step, err error) {
	for line := range bytes.Lines(out) {
		var s step
		if err := json.Unmarshal(line, &s); err != nil || s.Name == "" {
			return nil, fmt.Errorf("the story printed %q, which is no step: %w", line, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// want is what must come of a step.
type want struct {
	step string
	// is holds members of the value that must equal, each written as in JSON
	// but strings without quotes; "*" is anything but absent, null and empty,
	// "-" is absent. Members of members are named a.b.0. The key "" stands for the whole value.
	is map[string]string
	// fails, if set, is a part of the error that must come instead; its name,
	// code, status and message are searched.
	fails string
}

// check holds the steps of a story against what is wanted, each as a test of
// its own name. A step that nobody wants is as wrong as one that is missing.
func check(t *testing.T, story []step, wanted []want) {
	t.Helper()
	for _, w := range wanted {
		t.Run(w.step, func(t *testing.T) {
			at := slices.IndexFunc(story, func(s step) bool { return s.Name == w.step })
			if at < 0 {
				t.Fatal("the story never came to this step")
			}
			w.check(t, story[at])
		})
	}
	for _, s := range story {
		if !slices.ContainsFunc(wanted, func(w want) bool { return w.step == s.Name }) {
			t.Errorf("nothing is asked of the step %q: %s", s.Name, s.told())
		}
	}
}

func (s step) told() string {
	if s.Error == nil {
		return string(s.Value)
	}
	return fmt.Sprintf("%s [%s, %d]: %s\n%s", s.Error.Name, s.Error.Code, s.Error.Status, s.Error.Message, strings.Join(s.Error.Where, "\n"))
}

func (w want) check(t *testing.T, s step) {
	t.Helper()
	if w.fails != "" {
		if s.Error == nil || !strings.Contains(s.told(), w.fails) {
			t.Errorf("want an error with %q, got %s", w.fails, s.told())
		}
		return
	}
	if s.Error != nil {
		t.Fatal(s.told())
	}
	var value any
	if err := json.Unmarshal(s.Value, &value); err != nil {
		t.Fatal(err)
	}
	for key, is := range w.is {
		if got := member(value, key); !matches(got, is) {
			t.Errorf("%q is %s, want %s, in %s", key, got, is, s.Value)
		}
	}
}

// member finds a member of a value and writes it as want does.
func member(value any, path string) string {
	if path == "" {
		return written(value)
	}
	for name := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			inner, ok := v[name]
			if !ok {
				return "-"
			}
			value = inner
		case []any:
			n, err := strconv.Atoi(name)
			if err != nil || n < 0 || n >= len(v) {
				return "-"
			}
			value = v[n]
		default:
			return "-"
		}
	}
	return written(value)
}

func written(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func matches(got, is string) bool {
	if is == "*" {
		return got != "-" && got != "null" && got != ""
	}
	return got == is
}
