package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/api"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/logging"
	"github.com/paypush/paypush/internal/request"
)

// away is a store of keys that does not answer.
type away struct{}

func (away) Find(context.Context, string) (api.Key, error) {
	return api.Key{}, fault.New(fault.Unavailable, "store_busy", "The database is busy. Try again.")
}

// The line of our own failure bears the id that the caller is told.
func TestTheLogOfAFailureBearsTheRequestsID(t *testing.T) {
	var out bytes.Buffer
	log, err := logging.New(&out, logging.Options{Format: logging.JSON})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	api.New(mux, api.Config{Keys: away{}, Log: log})
	r := httptest.NewRequest(http.MethodGet, "/v1/orders", nil)
	r = r.WithContext(request.WithID(r.Context()))
	r.Header.Set("Authorization", "Bearer sk_x")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	var told api.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &told); err != nil || w.Code != http.StatusServiceUnavailable {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if told.RequestID == "" || !strings.Contains(out.String(), `"request_id":"`+told.RequestID+`"`) {
		t.Errorf("told %q, logged %s", told.RequestID, &out)
	}
}
