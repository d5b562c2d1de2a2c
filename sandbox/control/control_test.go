package control_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paypush/paypush/sandbox/control"
)

func TestBodies(t *testing.T) {
	for body, want := range map[string]struct{ strict, lenient bool }{
		``: {true, true}, `{"n":2}`: {true, true}, `{"n":2,"m":3}`: {false, true}, `{"n":"2"}`: {false, false}, `{`: {false, false},
		`{"n":` + strings.Repeat(" ", 1<<20) + `2}`: {false, false},
	} {
		in := struct{ N int }{1}
		w := httptest.NewRecorder()
		if got := control.Read(w, httptest.NewRequest("POST", "/", strings.NewReader(body)), &in); got != want.strict || !got && w.Code != http.StatusBadRequest {
			t.Errorf("%.20q read: %v, answered %d", body, got, w.Code)
		}
		if err := control.Body(httptest.NewRequest("POST", "/", strings.NewReader(body)), &in); (err == nil) != want.lenient {
			t.Errorf("%.20q body: %v", body, err)
		}
	}
}

func TestAnswers(t *testing.T) {
	w := httptest.NewRecorder()
	control.Refuse(w, http.StatusConflict, errors.New("a < b & c"))
	if w.Code != http.StatusConflict || w.Body.String() != `{"error":"a < b & c"}`+"\n" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}
