package harness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Client speaks JSON to one origin.
type Client struct {
	Base string
	Key  string // API key; empty for none
	http *http.Client
}

// NewClient makes a client without cookies.
func NewClient(base, key string) *Client {
	return &Client{Base: base, Key: key, http: &http.Client{Timeout: 20 * time.Second}}
}

// APIKey is the key that a server with a sandbox writes into its data folder; it
// waits for that.
func APIKey(t testing.TB, data string) string {
	t.Helper()
	var hello struct {
		APIKey string `json:"api_key"`
	}
	Eventually(t, "dev.json is there", func() bool {
		b, err := os.ReadFile(filepath.Join(data, "dev.json"))
		return err == nil && json.Unmarshal(b, &hello) == nil && hello.APIKey != ""
	})
	return hello.APIKey
}

// NewBrowser makes a client that keeps cookies and follows redirects.
func NewBrowser(t testing.TB, base string) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{Base: base, http: &http.Client{Timeout: 20 * time.Second, Jar: jar}}
}

// Call sends in as JSON (nil for no body), reads the answer into out (nil to
// drop it) and returns the status. An answer of 400 and more is not an error.
func (c *Client) Call(method, path string, in, out any, headers ...string) (int, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return 0, err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, c.at(path), body)
	if err != nil {
		return 0, err
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.Key != "" {
		r.Header.Set("Authorization", "Bearer "+c.Key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil || out == nil || resp.StatusCode >= 400 {
		return resp.StatusCode, err
	}
	if err := json.Unmarshal(b, out); err != nil {
		return resp.StatusCode, fmt.Errorf("%s %s answered %.200q: %w", method, path, b, err)
	}
	return resp.StatusCode, nil
}

// Must is Call for a test that can't go on without a status below 400.
func (c *Client) Must(t testing.TB, method, path string, in, out any, headers ...string) {
	t.Helper()
	status, err := c.Call(method, path, in, out, headers...)
	if err != nil || status >= 400 {
		t.Fatalf("%s %s: %d, %v", method, path, status, err)
	}
}

// Form posts a form and returns the final status and the path it ended at.
func (c *Client) Form(path string, form url.Values) (status int, at string, err error) {
	resp, err := c.http.Post(c.at(path), "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 4<<20)); err != nil {
		return 0, "", err
	}
	return resp.StatusCode, resp.Request.URL.Path, nil
}

func (c *Client) at(path string) string {
	if strings.HasPrefix(path, "http://") {
		return path
	}
	return c.Base + path
}
