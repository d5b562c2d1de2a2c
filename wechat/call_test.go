package wechat_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paypush/paypush/wechat"
)

func outcomes(e *wechat.Error) string {
	var set []string
	for name, on := range map[string]bool{
		"rejected": e.Rejected(), "retryable": e.Retryable(), "quota": e.QuotaExhausted(), "unknown": e.Unknown(),
	} {
		if on {
			set = append(set, name)
		}
	}
	return strings.Join(set, "+")
}

func TestSendTextOnTheWire(t *testing.T) {
	p := newPlatform(t).withPing()
	c := p.client()
	const text = `<a href="https://example.com/?a=1&b=2">你好</a>` + "\u2028 \\u2028 \"q\""
	if err := c.SendText(t.Context(), testOpenID, text); err != nil {
		t.Fatal(err)
	}
	r, body := p.last(pingPath)
	if r.Method != http.MethodPost || r.URL.Query().Get("access_token") == "" {
		t.Errorf("%s %s", r.Method, r.URL.Path)
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		t.Errorf("content type %q", r.Header.Get("Content-Type"))
	}
	if strings.Contains(strings.ReplaceAll(body, `\\u`, ""), `\u`) || strings.HasSuffix(body, "\n") {
		t.Errorf("body is escaped or ends in a newline: %s", body)
	}
	var got struct {
		ToUser, MsgType string
		Text            struct{ Content string }
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || got.Text.Content != text || got.ToUser != testOpenID || got.MsgType != "text" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestSendTemplateOnTheWire(t *testing.T) {
	p := newPlatform(t)
	p.on("/cgi-bin/message/template/send", `{"errcode":0,"errmsg":"ok","msgid":3717005636572528642}`)
	c := p.client()
	id, err := c.SendTemplate(t.Context(), wechat.Template{
		ToUser: testOpenID, TemplateID: "tpl", URL: "https://example.com/o?a=1&b=2", ClientMsgID: "ord-1",
		MiniProgram: &wechat.MiniProgram{AppID: "wxmini", PagePath: "pages/index"},
		Data:        map[string]wechat.Value{"keyword1": {Value: "¥12.30", Color: "#173177"}},
	})
	if err != nil || id != 3717005636572528642 {
		t.Fatal(id, err)
	}
	_, body := p.last("/cgi-bin/message/template/send")
	want := `{"touser":"oTestOpenid0001","template_id":"tpl","url":"https://example.com/o?a=1&b=2",` +
		`"miniprogram":{"appid":"wxmini","pagepath":"pages/index"},"client_msg_id":"ord-1",` +
		`"data":{"keyword1":{"value":"¥12.30","color":"#173177"}}}`
	if body != want {
		t.Errorf("body\n%s\nwant\n%s", body, want)
	}
}

func TestRefusedBeforeSending(t *testing.T) {
	p := newPlatform(t).withPing()
	c := p.client()
	for name, err := range map[string]error{
		"no receiver": c.SendText(t.Context(), "", "x"),
		"no text":     c.SendText(t.Context(), testOpenID, ""),
		"no template": func() error {
			_, err := c.SendTemplate(t.Context(), wechat.Template{ToUser: testOpenID})
			return err
		}(),
	} {
		var e *wechat.Error
		if !errors.Is(err, wechat.ErrInvalid) || !errors.As(err, &e) || outcomes(e) != "rejected" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(p.requests) != 0 {
		t.Error("something was sent")
	}
}

func TestPlatformVerdicts(t *testing.T) {
	for _, tt := range []struct {
		code        int
		want        string
		unreachable bool
	}{
		{-1, "retryable", false},
		{40003, "rejected", false},
		{43004, "rejected", true},
		{45009, "quota", false},
		{45011, "retryable", false},
		{45015, "rejected", true},
		{45047, "quota", false},
		{47003, "rejected", false},
		{48001, "rejected", false},
		{99999, "rejected", false},
	} {
		p := newPlatform(t)
		p.handle(pingPath, func(w http.ResponseWriter, _ *http.Request, _ []byte) { sayCode(w, tt.code, "some text") })
		err := p.client().SendText(t.Context(), testOpenID, "x")
		var e *wechat.Error
		if !errors.As(err, &e) {
			t.Fatalf("%d: %v", tt.code, err)
		}
		if e.Code != tt.code || outcomes(e) != tt.want || e.Unreachable() != tt.unreachable {
			t.Errorf("%d: code %d, %s, unreachable %v", tt.code, e.Code, outcomes(e), e.Unreachable())
		}
		if e.Msg != "some text" || e.RequestID != "61adc6f6-0a1b2c3d-4e5f6071" {
			t.Errorf("%d: msg %q rid %q", tt.code, e.Msg, e.RequestID)
		}
		x := e.Explain()
		if x.Chinese == "" || x.English == "" || x.AdviceChinese == "" || x.AdviceEnglish == "" {
			t.Errorf("%d: not explained: %+v", tt.code, x)
		}
	}
}

func TestRepliesThatProveNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"empty":          {200, "", "unknown"},
		"html":           {200, "<html>busy</html>", "unknown"},
		"no errcode":     {200, "{}", "unknown"},
		"truncated":      {200, `{"errcode":0,"errm`, "unknown"},
		"wrong type":     {200, `{"errcode":"no"}`, "unknown"},
		"null":           {200, `null`, "unknown"},
		"gateway":        {502, `{"errcode":0}`, "unknown"},
		"internal":       {500, "", "unknown"},
		"too many":       {429, "", "retryable"},
		"not found":      {404, "", "rejected"},
		"moved":          {307, "", "rejected"},
		"no content":     {204, "", "unknown"},
		"service closed": {503, "", "unknown"},
	} {
		p := newPlatform(t)
		p.handle(pingPath, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
			w.WriteHeader(tt.status)
			if tt.status != http.StatusNoContent {
				_, _ = w.Write([]byte(tt.body))
			}
		})
		err := p.client().SendText(t.Context(), testOpenID, "x")
		var e *wechat.Error
		if !errors.As(err, &e) || outcomes(e) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCutConnectionIsUnknown(t *testing.T) {
	p := newPlatform(t)
	p.handle(pingPath, func(http.ResponseWriter, *http.Request, []byte) { panic(http.ErrAbortHandler) })
	err := p.client().SendText(t.Context(), testOpenID, "x")
	var e *wechat.Error
	if !errors.As(err, &e) || outcomes(e) != "unknown" {
		t.Fatal(err)
	}
	if p.calls(pingPath) != 1 {
		t.Errorf("sent %d times", p.calls(pingPath))
	}
}

func TestTimeoutAfterWritingIsUnknown(t *testing.T) {
	p := newPlatform(t)
	arrived, done := make(chan struct{}), make(chan struct{})
	p.handle(pingPath, func(http.ResponseWriter, *http.Request, []byte) {
		close(arrived)
		<-done
	})
	c := p.client()
	t.Cleanup(func() { close(done) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	err := c.SendText(ctx, testOpenID, "x")
	var e *wechat.Error
	if !errors.As(err, &e) || outcomes(e) != "unknown" || !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestNothingWrittenIsRetryable(t *testing.T) {
	p := newPlatform(t).withPing()
	srv := p.serve()
	var dialer net.Dialer
	closed := false
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if closed {
				return nil, errors.New("no route to host")
			}
			return dialer.DialContext(ctx, network, addr)
		},
	}
	c := mustClient(t, wechat.Config{AppID: testAppID, AppSecret: testSecret, BaseURL: srv.URL, HTTPClient: &http.Client{Transport: transport}})
	if err := c.SendText(t.Context(), testOpenID, "x"); err != nil {
		t.Fatal(err)
	}
	closed = true
	err := c.SendText(t.Context(), testOpenID, "x")
	var e *wechat.Error
	if !errors.As(err, &e) || outcomes(e) != "retryable" {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.SendText(ctx, testOpenID, "x"); !errors.As(err, &e) || outcomes(e) != "retryable" || !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestControlCharactersInReplies(t *testing.T) {
	p := newPlatform(t)
	p.on("/sns/userinfo", "{\"openid\":\"o1\",\"nickname\":\"a\x01b\nc\"}")
	u, err := p.client().UserInfo(t.Context(), &wechat.OAuthToken{AccessToken: "t", OpenID: "o1"}, "")
	if err != nil || u.Nickname != "a b c" {
		t.Errorf("%+v %v", u, err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	good := wechat.Config{AppID: "a", AppSecret: "s"}
	for name, change := range map[string]func(*wechat.Config){
		"no app id":  func(c *wechat.Config) { c.AppID = "" },
		"no secret":  func(c *wechat.Config) { c.AppSecret = "" },
		"bad base":   func(c *wechat.Config) { c.BaseURL = "ftp://x" },
		"user info":  func(c *wechat.Config) { c.BaseURL = "http://u:p@x" },
		"bad key":    func(c *wechat.Config) { c.EncodingAESKey = "short" },
		"safe, none": func(c *wechat.Config) { c.CallbackMode = wechat.CallbackSafe },
	} {
		cfg := good
		change(&cfg)
		if _, err := wechat.New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := wechat.New(good); err != nil {
		t.Error(err)
	}
}

func TestHungPlatformTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		c := mustClient(t, wechat.Config{AppID: "a", AppSecret: "s", HTTPClient: &http.Client{Transport: hang}})
		began := time.Now()
		_, err := c.AccessToken(t.Context())
		if took := time.Since(began); took != 10*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v %v", took, err)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
