package thirdparty_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// wire stands where the network would be: it keeps what a client sent and
// answers what it was told to.
type wire struct {
	sent    *http.Request
	body    string
	headers map[string]string
	answer  string
}

func (w *wire) answers(headers map[string]string, body string) { w.headers, w.answer = headers, body }

// RoundTrip answers every request with status 200.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(r.Body)
	w.sent, w.body = r, string(raw)
	out := httptest.NewRecorder()
	for name, value := range w.headers {
		out.Header().Set(name, value)
	}
	_, _ = out.WriteString(w.answer)
	return out.Result(), err
}

// sortedPairs is the text over which a notice is signed.
func sortedPairs(all map[string]string) string {
	pairs := make([]string, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		pairs = append(pairs, name+"="+all[name])
	}
	return strings.Join(pairs, "&")
}

// text is a member of what a step told.
func text(t *testing.T, story []step, name, key string) string {
	t.Helper()
	for _, s := range story {
		if s.Name != name || s.Error != nil {
			continue
		}
		var value any
		if err := json.Unmarshal(s.Value, &value); err != nil {
			t.Fatal(err)
		}
		return member(value, key)
	}
	t.Fatalf("the story has no good step %q", name)
	return ""
}
