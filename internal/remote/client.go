// Package remote is a server as it is seen from outside, with an address and an
// API key: what a developer's command line follows, forwards and triggers.
//
// It knows nothing of the server's insides; whatever it does, a team's own
// application could do over HTTP.
//
// The rule that surprises: it speaks to a sandbox only to play the payer, and
// never in place of one.
package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// Client calls one server, and its sandbox where there is one. It is safe for
// any number of goroutines.
type Client struct {
	server, sandbox, key string
	http                 *http.Client
}

// New makes a client. The addresses are origins; sandbox may be empty.
func New(server, sandbox, apiKey string) *Client {
	return &Client{server: strings.TrimRight(server, "/"), sandbox: strings.TrimRight(sandbox, "/"), key: apiKey,
		http: &http.Client{Timeout: 20 * time.Second}}
}

// page is a page of events.
type page struct {
	Data []struct {
		ID      string          `json:"id"`
		Type    event.Type      `json:"type"`
		Object  string          `json:"object"`
		Version int64           `json:"version"`
		Data    json.RawMessage `json:"data"`
		At      time.Time       `json:"created_at"`
	} `json:"data"`
	Next string `json:"next_cursor"`
}

// events reads the events behind a cursor.
func (c *Client) events(ctx context.Context, after string) (all []event.Event, next string, err error) {
	var p page
	if err := c.api(ctx, http.MethodGet, "/v1/events?limit=100&after="+url.QueryEscape(after), nil, &p); err != nil {
		return nil, after, err
	}
	for _, e := range p.Data {
		all = append(all, event.Event{ID: e.ID, Type: e.Type, Object: e.Object, Version: e.Version, Data: e.Data, At: e.At})
	}
	return all, p.Next, nil
}

// api calls the server.
func (c *Client) api(ctx context.Context, method, path string, in, out any) error {
	return c.call(ctx, method, c.server+path, "Bearer "+c.key, in, out)
}

// box calls the sandbox.
func (c *Client) box(ctx context.Context, method, path string, in any) error {
	if c.sandbox == "" {
		return errors.New("this needs a sandbox; name it with --sandbox")
	}
	return c.call(ctx, method, c.sandbox+path, "", in, nil)
}

func (c *Client) call(ctx context.Context, method, address, authorization string, in, out any, headers ...string) error {
	var body io.Reader = http.NoBody
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode >= 400 {
		return refusal(resp, b)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

// Refused is what a server answers instead of doing what was asked.
type Refused struct {
	Status       int
	Code, Detail string
}

// Error says what and why.
func (r *Refused) Error() string {
	if r.Code == "" {
		return fmt.Sprintf("the server answered %d", r.Status)
	}
	return fmt.Sprintf("%s (%s)", r.Detail, r.Code)
}

func refusal(resp *http.Response, body []byte) error {
	r := &Refused{Status: resp.StatusCode}
	var problem struct{ Code, Detail string }
	if json.Unmarshal(body, &problem) == nil {
		r.Code, r.Detail = problem.Code, problem.Detail
	}
	return r
}
