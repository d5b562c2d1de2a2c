package wechat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paypush/paypush/wechat"
)

func TestSecretPrintsHidden(t *testing.T) {
	const s = wechat.Secret("do-not-show-me")
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", s)
	asJSON, err := json.Marshal(map[string]any{"s": s})
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{log.String(), string(asJSON)}
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%d", "%t"} {
		texts = append(texts, fmt.Sprintf(verb, s), fmt.Sprintf(verb, wechat.Config{AppSecret: s}), fmt.Sprintf(verb, &wechat.Token{Value: s}))
	}
	for _, text := range texts {
		if strings.Contains(text, "do-not-show-me") || strings.Contains(text, fmt.Sprintf("%x", "do-not")) {
			t.Errorf("shown: %s", text)
		}
	}
	if s.Reveal() != "do-not-show-me" {
		t.Error("Reveal lost it")
	}
}

// tellTale fails with an error that quotes the whole request.
type tellTale struct {
	next http.RoundTripper
	from string
}

func (tt tellTale) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.Path, tt.from) {
		return tt.next.RoundTrip(r)
	}
	inner := &url.Error{Op: "Post", URL: r.URL.String(), Err: context.DeadlineExceeded}
	return nil, fmt.Errorf("proxy said %w for %s", inner, r.URL.RawQuery)
}

func TestNoSecretInErrorsOrLogs(t *testing.T) {
	var log bytes.Buffer
	p := newPlatform(t)
	echo := func(w http.ResponseWriter, r *http.Request, body []byte) {
		say(w, fmt.Sprintf(`{"errcode":40125,"errmsg":%q}`, r.URL.RawQuery+string(body)))
	}
	p.handle(pingPath, echo)
	p.handle("/sns/oauth2/access_token", echo)
	p.handle("/sns/userinfo", echo)
	secrets := []string{testSecret, "must-not-show", "code-not-to-show", "person-token-hidden", "person-refresh-hidden"}
	person := &wechat.OAuthToken{AccessToken: "person-token-hidden", RefreshToken: "person-refresh-hidden", OpenID: "o1"}
	var seen []string
	note := func(err error) {
		t.Helper()
		if err == nil {
			t.Error("no error")
			return
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			seen = append(seen, e.Error(), fmt.Sprintf("%+v %#v", e, e))
		}
	}
	for _, from := range []string{"nowhere", "/sns/", pingPath, "/cgi-bin/stable_token"} {
		c := p.client(func(cfg *wechat.Config) {
			cfg.Logger = slog.New(slog.NewJSONHandler(&log, nil))
			cfg.HTTPClient = &http.Client{Transport: tellTale{http.DefaultTransport, from}}
		})
		note(c.SendText(t.Context(), testOpenID, "x"))
		_, err := c.ExchangeCode(t.Context(), "code-not-to-show")
		note(err)
		_, err = c.UserInfo(t.Context(), person, "")
		note(err)
		if from == pingPath {
			p.spoil(40001)
			note(c.SendText(t.Context(), testOpenID, "x"))
		}
		seen = append(seen, fmt.Sprintf("%v %+v %#v %+v %#v", c, person, c, c.Callback(), *person))
	}
	for _, text := range append(seen, log.String()) {
		for _, s := range secrets {
			if strings.Contains(text, s) || strings.Contains(text, url.QueryEscape(s)) {
				t.Errorf("%q shows in %.300s", s, text)
			}
		}
	}
}

func TestScrubbedErrorsStillAnswerIs(t *testing.T) {
	p := newPlatform(t).withPing()
	c := p.client(func(cfg *wechat.Config) {
		cfg.HTTPClient = &http.Client{Transport: tellTale{http.DefaultTransport, pingPath}}
	})
	if err := c.SendText(t.Context(), testOpenID, "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
