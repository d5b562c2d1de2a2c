package app_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/logging"
	"github.com/paypush/paypush/test/harness"
)

// Whatever a person and the platforms go through, the log at its most
// talkative holds none of their secrets, in either format.
func TestTheLogHoldsNoSecret(t *testing.T) {
	for _, format := range []string{logging.JSON, logging.Text} {
		t.Run(format, func(t *testing.T) {
			w := newWorld(t, format, nil)
			s := w.live(t)
			w.trouble(t, s)
			text := w.log.String()
			if len(s.secrets) < 12 || strings.Count(text, "\n") < 20 {
				t.Fatalf("too little happened: %d secrets, log:\n%s", len(s.secrets), text)
			}
			names := strings.Join(slices.Collect(maps.Keys(s.secrets)), ",")
			if !strings.Contains(names, "access_token at") || !strings.Contains(names, "code at") {
				t.Fatalf("no access token or code came up: %s", names)
			}
			for name, secret := range s.secrets {
				if len(secret) < 8 {
					t.Errorf("the %s is too short to look for: %q", name, secret)
				}
				for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
					if i := strings.Index(text, form); i >= 0 {
						t.Errorf("the %s is in the log: %.300s", name, text[max(0, i-150):])
					}
				}
			}
		})
	}
}

// trouble has the same secrets pass where things go wrong.
func (w *world) trouble(t *testing.T, s story) {
	t.Helper()
	w.box.Must(t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 1,
		"rules": []map[string]any{{"at": "wechat.api", "kind": "drop", "rate": 1}}}, nil)
	stranger := harness.NewClient(w.server.URL(), w.hello.APIKey+"x")
	for _, path := range []string{"/sign-in/" + s.secrets["sign-in link"], "/b/" + s.secrets["bind link"], "/v1/orders",
		"/wechat/oauth/callback?code=" + url.QueryEscape(s.secrets["password"]) + "&state=" + s.secrets["bind link"]} {
		if _, err := stranger.Call(http.MethodGet, path, nil, nil, "Cookie", "paypush="+s.secrets["session"]); err != nil {
			t.Fatal(err)
		}
	}
	w.buy(t, s.desk, 2)
}

func TestEveryRequestHasALineWithItsRouteAndID(t *testing.T) {
	w := newWorld(t, logging.JSON, nil)
	resp, err := http.Get(w.server.URL() + "/pay/ord_unknown?secret=x")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	var line struct {
		Msg, Level, Method, Route, RequestID string
		ID                                   string `json:"request_id"`
		Status                               int
		Took                                 int64
	}
	harness.Eventually(t, "the request is noted", func() bool {
		for one := range strings.Lines(w.log.String()) {
			if strings.Contains(one, resp.Header.Get("X-Request-Id")) && strings.Contains(one, `"msg":"request"`) {
				return json.Unmarshal([]byte(one), &line) == nil
			}
		}
		return false
	})
	if line.Route != "GET /pay/{order}" || line.Status != 404 || line.Method != "GET" || line.Took <= 0 || line.Level != "DEBUG" {
		t.Errorf("the line is %+v", line)
	}
	if strings.Contains(w.log.String(), "ord_unknown") {
		t.Error("the path is in the log")
	}
}
