package wechat_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/wechat"
)

const (
	testAppID  = "wxtest0000000001"
	testSecret = "secret-that-must-not-show"
	testOpenID = "oTestOpenid0001"
)

// platform is a small Official Account API that checks what it is asked. It
// follows the documented rules of stable tokens for its own clock.
type platform struct {
	t   testing.TB
	now func() time.Time

	mu       sync.Mutex
	life     time.Duration
	issued   int
	token    string
	expires  time.Time
	fetches  int
	forced   int
	bad      map[string]int // token -> errcode it gets although it is current
	tokenErr int
	requests []*http.Request
	bodies   []string
	routes   map[string]func(w http.ResponseWriter, r *http.Request, body []byte)
}

func newPlatform(t testing.TB) *platform {
	return &platform{
		t: t, now: time.Now, life: 2 * time.Hour, bad: map[string]int{},
		routes: map[string]func(http.ResponseWriter, *http.Request, []byte){},
	}
}

// serve puts the platform on a loopback port.
func (p *platform) serve() *httptest.Server {
	srv := httptest.NewServer(p)
	p.t.Cleanup(srv.Close)
	return srv
}

func (p *platform) client(change ...func(*wechat.Config)) *wechat.Client {
	p.t.Helper()
	cfg := wechat.Config{AppID: testAppID, AppSecret: testSecret, BaseURL: p.serve().URL}
	for _, f := range change {
		f(&cfg)
	}
	return mustClient(p.t, cfg)
}

func mustClient(t testing.TB, cfg wechat.Config) *wechat.Client {
	t.Helper()
	c, err := wechat.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// on answers a path with a fixed reply.
func (p *platform) on(path, answer string) {
	p.handle(path, func(w http.ResponseWriter, _ *http.Request, _ []byte) { say(w, answer) })
}

func (p *platform) handle(path string, h func(http.ResponseWriter, *http.Request, []byte)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.routes[path] = h
}

func say(w http.ResponseWriter, answer string) {
	w.Header().Set("Content-Type", "application/json; encoding=utf-8")
	_, _ = io.WriteString(w, answer)
}

func sayCode(w http.ResponseWriter, code int, msg string) {
	say(w, fmt.Sprintf(`{"errcode":%d,"errmsg":%q}`, code, msg+" rid: 61adc6f6-0a1b2c3d-4e5f6071"))
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	p.requests, p.bodies = append(p.requests, r), append(p.bodies, string(body))
	h := p.routes[r.URL.Path]
	p.mu.Unlock()
	switch {
	case h != nil && (len(r.URL.Path) > 5 && r.URL.Path[:5] == "/sns/" || isTokenPath(r.URL.Path)):
		h(w, r, body)
	case r.URL.Path == "/cgi-bin/stable_token":
		p.stableToken(w, r, body)
	case r.URL.Path == "/cgi-bin/token":
		p.classicToken(w, r)
	case h == nil:
		http.NotFound(w, r)
	default:
		if code := p.checkToken(r.URL.Query().Get("access_token")); code != 0 {
			sayCode(w, code, "invalid credential")
			return
		}
		h(w, r, body)
	}
}

func isTokenPath(path string) bool {
	return path == "/cgi-bin/stable_token" || path == "/cgi-bin/token" || path == "/cgi-bin/clear_quota/v2"
}

func (p *platform) checkToken(got string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case got == "":
		return 41001
	case p.bad[got] != 0:
		return p.bad[got]
	case got != p.token:
		return 40001
	case !p.now().Before(p.expires):
		return 42001
	}
	return 0
}

func (p *platform) stableToken(w http.ResponseWriter, r *http.Request, body []byte) {
	var in struct {
		GrantType string `json:"grant_type"`
		AppID     string `json:"appid"`
		Secret    string `json:"secret"`
		Force     bool   `json:"force_refresh"`
	}
	if r.Method != http.MethodPost || json.Unmarshal(body, &in) != nil {
		sayCode(w, 43002, "require POST method")
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fetches++
	switch {
	case p.tokenErr != 0:
		sayCode(w, p.tokenErr, "refused")
		return
	case in.GrantType != "client_credential" || in.AppID != testAppID || in.Secret != testSecret:
		sayCode(w, 40125, "invalid appsecret")
		return
	}
	if in.Force {
		p.forced++
	}
	if in.Force || p.expires.Sub(p.now()) <= 5*time.Minute {
		p.issue()
	}
	p.sayToken(w)
}

func (p *platform) classicToken(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fetches++
	if q.Get("grant_type") != "client_credential" || q.Get("appid") != testAppID || q.Get("secret") != testSecret {
		sayCode(w, 40125, "invalid appsecret")
		return
	}
	p.issue()
	p.sayToken(w)
}

// issue makes a new token; the caller holds the lock.
func (p *platform) issue() {
	p.issued++
	p.token, p.expires = fmt.Sprintf("token-%d-must-not-show", p.issued), p.now().Add(p.life)
}

func (p *platform) sayToken(w http.ResponseWriter) {
	say(w, fmt.Sprintf(`{"access_token":%q,"expires_in":%d}`, p.token, int(p.expires.Sub(p.now()).Seconds())))
}

func (p *platform) counts() (fetches, forced int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fetches, p.forced
}

// spoil makes the platform refuse its current token.
func (p *platform) spoil(code int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bad[p.token] = code
	return p.token
}

// last returns the latest request to a path and its body.
func (p *platform) last(path string) (*http.Request, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.requests) - 1; i >= 0; i-- {
		if p.requests[i].URL.Path == path {
			return p.requests[i], p.bodies[i]
		}
	}
	p.t.Fatalf("no request to %s", path)
	return nil, ""
}

// forget drops the record of requests.
func (p *platform) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests, p.bodies = nil, nil
}

func (p *platform) calls(path string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.requests {
		if r.URL.Path == path {
			n++
		}
	}
	return n
}

// inMemory carries requests to a handler without a network, so that a test may
// run in a synctest bubble.
type inMemory struct{ h http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	rec := httptest.NewRecorder()
	m.h.ServeHTTP(rec, r)
	return rec.Result(), nil
}

// bubbleClient is a client whose platform needs no network.
func bubbleClient(p *platform, change ...func(*wechat.Config)) *wechat.Client {
	p.t.Helper()
	cfg := wechat.Config{
		AppID: testAppID, AppSecret: testSecret, BaseURL: "http://platform.invalid",
		HTTPClient: &http.Client{Transport: inMemory{p}},
	}
	for _, f := range change {
		f(&cfg)
	}
	return mustClient(p.t, cfg)
}
