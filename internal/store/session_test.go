package store_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"testing"

	"github.com/alexedwards/scs/v2"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// TestSessionsOfBrowsers signs one member in from two browsers through the
// real session manager and ends all sessions but one.
func TestSessionsOfBrowsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		sessions := storetest.Open(t, url, store.Options{}).Sessions()
		server := httptest.NewServer(site(sessions))
		defer server.Close()
		browsers := []*http.Client{browser(t, server), browser(t, server)}
		ask := func(b *http.Client, path string) string {
			res, err := b.Get(server.URL + path)
			good(t, err)
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			good(t, err)
			return string(body)
		}
		for _, b := range browsers {
			ask(b, "/login")
			if who := ask(b, "/"); who != "mem_1" {
				t.Fatalf("signed in as %q", who)
			}
		}
		ask(browsers[0], "/end-others")
		if a, b := ask(browsers[0], "/"), ask(browsers[1], "/"); a != "mem_1" || b != "" {
			t.Fatalf("then signed in as %q and %q", a, b)
		}
	})
}

func browser(t *testing.T, server *httptest.Server) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	good(t, err)
	c := *server.Client()
	c.Jar = jar
	return &c
}

// site is a server with sessions as ours has them.
func site(sessions store.Sessions) http.Handler {
	manager := scs.New()
	manager.Store = sessions
	mux := http.NewServeMux()
	mux.HandleFunc("/login", func(_ http.ResponseWriter, r *http.Request) {
		manager.Put(r.Context(), "member", "mem_1")
		sessions.SetOwner(r.Context(), "mem_1")
	})
	mux.HandleFunc("/end-others", func(w http.ResponseWriter, r *http.Request) {
		if _, err := sessions.DeleteOthers(r.Context(), "mem_1", manager.Token(r.Context())); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, manager.GetString(r.Context(), "member")) //nolint:errcheck // a test's own
	})
	inner := manager.LoadAndSave(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r.WithContext(sessions.WithOwner(r.Context())))
	})
}
