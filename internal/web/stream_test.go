package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
)

// A stream that was silent for longer than a write may take ends as a whole
// answer, not as one that was broken off.
func TestAStreamEndsWholeAfterSilence(t *testing.T) {
	s := New(Config{Sessions: scs.New()})
	silent := func(w http.ResponseWriter, r *http.Request) {
		reads := 0
		err := s.stream(w, r, func(context.Context) (update, error) {
			if reads++; reads == 1 {
				return update{State: "pending"}, nil
			}
			err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(-time.Second))
			return update{}, errors.Join(errors.New("the end"), err)
		})
		if err != nil {
			t.Error(err)
		}
	}
	server := httptest.NewServer(s.Sessions.LoadAndSave(http.HandlerFunc(silent)))
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Errorf("the stream ends with %v", err)
	}
}
