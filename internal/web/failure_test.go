package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/web"
)

// journal is a log that a test reads.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) { j.mu.Lock(); defer j.mu.Unlock(); return j.b.Write(p) }

func (j *journal) String() string { j.mu.Lock(); defer j.mu.Unlock(); return j.b.String() }

func TestOurOwnFailuresAreClearAndKeepSecrets(t *testing.T) {
	var log journal
	w := start(t, func(c *web.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	b := w.register("unlucky")
	link := value(b.get("/bind").id("bind-link"), "value")
	cashier := b.buy("tea", "1")
	if err := w.closeDB(); err != nil {
		t.Fatal(err)
	}
	cookie := b.cookie("paypush_session")
	for _, path := range []string{"/me", link, cashier, "/wechat/oauth/callback?code=secret-code&state=" + link[strings.LastIndex(link, "/")+1:]} {
		for lang, word := range map[string]string{"zh": "请求号", "en": "Request"} {
			b.header.Set("Accept-Language", lang)
			a := b.get(path)
			if a.status < 500 || !strings.Contains(a.body, word) || a.text("request-id") == "" {
				t.Errorf("%s: %d\n%s", path, a.status, a.body)
			}
			if !strings.Contains(log.String(), a.header.Get("X-Request-Id")) {
				t.Errorf("%s: the log does not know the request", path)
			}
			if strings.Contains(a.body, "sql") || strings.Contains(a.body, "closed") {
				t.Errorf("%s: the page tells what failed inside:\n%s", path, a.body)
			}
		}
	}
	for _, secret := range []string{cookie, link[strings.LastIndex(link, "/")+1:], "secret-code", strings.TrimPrefix(cashier, "/pay/")} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("a secret is in the log:\n%s", log.String())
		}
	}
}

// panicking stands for a defect of ours.
type panicking struct{ web.SignInLinks }

func TestADefectIsAPageToo(t *testing.T) {
	var log journal
	w := start(t, func(c *web.Config) {
		c.SignIn, c.Log = panicking{}, slog.New(slog.NewTextHandler(&log, nil))
	})
	a := w.browser().get("/sign-in/some-secret").want(http.StatusInternalServerError)
	if a.text("error-code") != "internal" || !strings.Contains(log.String(), a.text("request-id")) || strings.Contains(log.String(), "some-secret") {
		t.Errorf("page:\n%s\nlog:\n%s", a.body, log.String())
	}
}

func TestLookingAheadUsesNothingUp(t *testing.T) {
	w := start(t)
	desk := w.register("previewed")
	secret, err := w.db.SignInLinks().Create(t.Context(), w.memberNamed("previewed"), signInLife)
	if err != nil {
		t.Fatal(err)
	}
	link := value(desk.get("/bind").id("bind-link"), "value")
	state := link[strings.LastIndex(link, "/")+1:]
	for _, path := range []string{"/sign-in/" + secret, "/wechat/oauth/callback?code=x&state=" + state, "/bind", "/bind/events",
		desk.buy("tea", "1") + "/events"} {
		if a := desk.do("HEAD", path, nil); a.status != http.StatusOK {
			t.Errorf("HEAD %s: %d", path, a.status)
		}
	}
	w.scan(w.browser(), link, "really").want(http.StatusOK)
	w.browser().post("/sign-in/" + secret).want(http.StatusSeeOther)
}
