package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// call asks one of the sandbox's own addresses.
func call(ctx context.Context, method, url, body string, into any) error {
	return callAs(ctx, "", method, url, body, into)
}

// api asks the server's own API.
func (s *server) api(ctx context.Context, method, path, body string, into any) error {
	return callAs(ctx, s.key, method, "http://"+s.address+path, body, into)
}

// callAs sends a body, empty for none, with an API key, empty for none, and
// reads the answer into what is not nil.
func callAs(ctx context.Context, key, method, url, body string, into any) error {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	answer, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode >= 300:
		return fmt.Errorf("%s %s: %s %.300s", method, url, resp.Status, answer)
	case into == nil:
		return nil
	}
	return json.Unmarshal(answer, into)
}
