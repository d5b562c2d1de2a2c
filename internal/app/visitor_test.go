package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
)

// visitor is a browser without scripts.
type visitor struct {
	base   string
	client *http.Client
}

func newVisitor(t *testing.T, base string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{base, &http.Client{Jar: jar}}
}

// open follows a link and returns the session's cookie.
func (v *visitor) open(t *testing.T, link string) string {
	t.Helper()
	v.read(t, link)
	u, err := url.Parse(v.base)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.client.Jar.Cookies(u) {
		return c.Value
	}
	t.Fatal("there is no session")
	return ""
}

func (v *visitor) body(t *testing.T, path string) string { return string(v.read(t, v.base+path)) }

func (v *visitor) json(t *testing.T, path string, out any) {
	t.Helper()
	if b := v.read(t, v.base+path); json.Unmarshal(b, out) != nil {
		t.Fatalf("GET %s: %s", path, b)
	}
}

func (v *visitor) read(t *testing.T, address string) []byte {
	t.Helper()
	resp, err := v.client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v: %.500s", resp.Request.URL.Path, resp.Status, err, b)
	}
	return b
}

// post sends a form and returns the path where it ended.
func (v *visitor) post(t *testing.T, path string, form url.Values) string {
	t.Helper()
	resp, err := v.client.PostForm(v.base+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %s, %v: %.500s", path, resp.Status, err, b)
	}
	return resp.Request.URL.Path
}
