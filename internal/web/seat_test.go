package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

// sit opens an event stream and leaves it open; leaving ends it.
func (b *browser) sit(path string) (a answer, leave func()) {
	b.w.t.Helper()
	ctx, leave := context.WithCancel(b.w.t.Context())
	b.w.t.Cleanup(leave)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.w.url+path, nil)
	if err != nil {
		b.w.t.Fatal(err)
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	if resp.StatusCode == http.StatusOK {
		return answer{t: b.w.t, status: resp.StatusCode}, leave
	}
	return read(b.w.t, resp), leave
}

func TestNobodyTakesEveryStream(t *testing.T) {
	w := start(t)
	b, other, nobody := w.register("greedy"), w.register("modest"), w.browser()
	path := b.buy("tea", "1") + "/events"
	var leave func()
	for range 20 {
		var a answer
		a, leave = b.sit(path)
		a.want(http.StatusOK)
	}
	full, _ := b.sit(path)
	if full.want(http.StatusTooManyRequests); !strings.Contains(full.body, "streams_of_client_full") {
		t.Errorf("one too many of a session: %s", full.body)
	}
	a, _ := other.sit(path)
	a.want(http.StatusOK)
	leave()
	for a, _ = b.sit(path); a.status == http.StatusTooManyRequests; a, _ = b.sit(path) {
		// the server notices that a reader went away only some time after it did
	}
	a.want(http.StatusOK)
	for range 200 - 21 {
		a, _ := nobody.sit(path)
		a.want(http.StatusOK)
	}
	full, _ = nobody.sit(path)
	if full.want(http.StatusTooManyRequests); !strings.Contains(full.body, "streams_of_client_full") {
		t.Errorf("one too many of an address: %s", full.body)
	}
}
