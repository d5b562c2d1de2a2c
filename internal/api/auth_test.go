package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/api"
	"github.com/paypush/paypush/internal/fault"
)

// ring knows two keys: one of a member, which may not use the API, and none of
// anybody else.
type ring struct{}

func (ring) Find(_ context.Context, secret string) (api.Key, error) {
	if secret != "sk_member" {
		return api.Key{}, fault.New(fault.Unauthorized, "key_invalid", "no")
	}
	return api.Key{ID: "key_1", Role: "member"}, nil
}

var parameter = regexp.MustCompile(`\{[^}]+\}`)

// Every operation that is described is tried without a key, with an unknown
// one, and with one of a lesser role: each is turned away before anything of
// the domains is asked, which in this test are not even there.
func TestInvariant17EveryOperationNeedsAKeyOfAnOperator(t *testing.T) {
	mux := http.NewServeMux()
	api.New(mux, api.Config{Keys: ring{}})
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	var described struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &described); err != nil || len(described.Paths) < 10 {
		t.Fatalf("%d paths, %v", len(described.Paths), err)
	}
	for path, methods := range described.Paths {
		for method := range methods {
			for key, want := range map[string]int{"": 401, "Bearer sk_unknown": 401, "Bearer sk_member": 403} {
				r := httptest.NewRequest(strings.ToUpper(method), parameter.ReplaceAllString(path, "x"), strings.NewReader("{}"))
				r.Header.Set("Content-Type", "application/json")
				if key != "" {
					r.Header.Set("Authorization", key)
				}
				w := httptest.NewRecorder()
				mux.ServeHTTP(w, r)
				if w.Code != want {
					t.Errorf("%s %s with %q: %d, want %d", method, path, key, w.Code, want)
				}
			}
		}
	}
}
