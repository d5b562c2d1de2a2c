package wechat_test

import (
	"errors"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/wechat"
	"github.com/paypush/paypush/wechat/wechattest"
)

const (
	testToken  = "callback-token-hidden"
	testAESKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	originalID = "gh_0123456789ab"
)

var callbackTime = time.Unix(1_780_000_000, 0)

func signer() wechattest.Signer {
	return wechattest.Signer{
		AppID: testAppID, Token: testToken, EncodingAESKey: testAESKey, OriginalID: originalID,
		Now: func() time.Time { return callbackTime },
	}
}

func callback(t testing.TB, mode wechat.CallbackMode, change ...func(*wechat.Config)) *wechat.Callback {
	t.Helper()
	cfg := wechat.Config{
		AppID: testAppID, AppSecret: testSecret, Token: testToken, EncodingAESKey: testAESKey,
		CallbackMode: mode, Now: func() time.Time { return callbackTime },
	}
	for _, f := range change {
		f(&cfg)
	}
	return mustClient(t, cfg).Callback()
}

func TestVerifyServerPublishedVector(t *testing.T) {
	cb := callback(t, wechat.CallbackPlain, func(cfg *wechat.Config) {
		cfg.Token = "AAAAA"
		cfg.Now = func() time.Time { return time.Unix(1714036504, 0) }
	})
	q := url.Values{
		"signature": {"f464b24fc39322e44b38aa78f5edd27bd1441696"}, "timestamp": {"1714036504"},
		"nonce": {"1514711492"}, "echostr": {"4375120948345356249"},
	}
	if echo, err := cb.VerifyServer(q); err != nil || echo != "4375120948345356249" {
		t.Errorf("%q %v", echo, err)
	}
	q.Set("nonce", "1514711493")
	if _, err := cb.VerifyServer(q); !errors.Is(err, wechat.ErrCallbackSignature) {
		t.Error(err)
	}
}

func TestSafeModePublishedVector(t *testing.T) {
	encrypted, err := os.ReadFile("testdata/wxbizmsgcrypt_sample.txt")
	if err != nil {
		t.Fatal(err)
	}
	cb := callback(t, wechat.CallbackSafe, func(cfg *wechat.Config) {
		cfg.AppID, cfg.Token = "wx2c2769f8efd9abc2", "spamtest"
		cfg.Now = func() time.Time { return time.Unix(1409735669, 0) }
	})
	q := url.Values{
		"signature": {sha1Hex("1320562132", "1409735669", "spamtest")}, "timestamp": {"1409735669"}, "nonce": {"1320562132"},
		"encrypt_type": {"aes"}, "msg_signature": {"5d197aaffba7e9b25a30732f161a50dee96bd5fa"},
	}
	m, err := cb.ParseBody(q, []byte("<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName><Encrypt><![CDATA["+
		strings.TrimSpace(string(encrypted))+"]]></Encrypt></xml>"))
	if err != nil {
		t.Fatal(err)
	}
	if m.To != "gh_10f6c3c3ac5a" || m.From == "" || m.ID == 0 || m.Type != "text" {
		t.Errorf("%+v %s", m, m.Raw)
	}
}

func TestEveryModeTakesItsOwn(t *testing.T) {
	s := signer()
	for _, tt := range []struct {
		mode wechat.CallbackMode
		sent wechattest.Mode
		ok   bool
	}{
		{wechat.CallbackPlain, wechattest.Plain, true},
		{wechat.CallbackPlain, wechattest.Compatible, false},
		{wechat.CallbackPlain, wechattest.Safe, false},
		{wechat.CallbackCompatible, wechattest.Plain, true},
		{wechat.CallbackCompatible, wechattest.Compatible, true},
		{wechat.CallbackCompatible, wechattest.Safe, true},
		{wechat.CallbackSafe, wechattest.Plain, false},
		{wechat.CallbackSafe, wechattest.Compatible, true},
		{wechat.CallbackSafe, wechattest.Safe, true},
		{wechat.CallbackDefault, wechattest.Plain, false},
		{wechat.CallbackDefault, wechattest.Safe, true},
	} {
		r, err := s.Post("/wechat/events", tt.sent, s.Text(testOpenID, "你好 ]]> <b>", 9007199254740993))
		if err != nil {
			t.Fatal(err)
		}
		m, err := callback(t, tt.mode).Parse(r)
		if !tt.ok {
			if !errors.Is(err, wechat.ErrCallbackMode) {
				t.Errorf("%v took %v: %v", tt.mode, tt.sent, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v, %v: %v", tt.mode, tt.sent, err)
			continue
		}
		if m.Content != (wechat.Text{Content: "你好 ]]> <b>"}) || m.ID != 9007199254740993 || m.From != testOpenID ||
			m.To != originalID || !m.CreatedAt.Equal(callbackTime) {
			t.Errorf("%+v", m)
		}
	}
}

func TestForgedCallbacksAreRefused(t *testing.T) {
	s, cb := signer(), callback(t, wechat.CallbackSafe)
	text := s.Text(testOpenID, "hi", 1)
	other, foreign := s, s
	other.Token, foreign.AppID = "another-token", "wxother"
	for name, tt := range map[string]struct {
		signer wechattest.Signer
		change func(url.Values) string
		want   error
	}{
		"other token":     {other, nil, wechat.ErrCallbackSignature},
		"other app id":    {foreign, nil, wechat.ErrCallbackMalformed},
		"no signature":    {s, func(q url.Values) string { q.Del("signature"); return "" }, wechat.ErrCallbackSignature},
		"two signatures":  {s, func(q url.Values) string { q.Add("signature", "x"); return "" }, wechat.ErrCallbackSignature},
		"two timestamps":  {s, func(q url.Values) string { q.Add("timestamp", "1"); return "" }, wechat.ErrCallbackSignature},
		"plain signature": {s, func(q url.Values) string { q.Set("msg_signature", q.Get("signature")); return "" }, wechat.ErrCallbackSignature},
		"no body hash":    {s, func(q url.Values) string { q.Del("msg_signature"); return "" }, wechat.ErrCallbackSignature},
		"plain body":      {s, func(url.Values) string { return text }, wechat.ErrCallbackMode},
		"says raw":        {s, func(q url.Values) string { q.Set("encrypt_type", "raw"); return text }, wechat.ErrCallbackMode},
		"empty body":      {s, func(url.Values) string { return " " }, wechat.ErrCallbackMalformed},
		"two documents":   {s, func(url.Values) string { return "<xml></xml><xml></xml>" }, wechat.ErrCallbackMalformed},
		"other encrypted": {s, func(url.Values) string {
			_, body, _ := s.Push(wechattest.Safe, s.Text(testOpenID, "other", 2))
			return body
		}, wechat.ErrCallbackSignature},
	} {
		q, body, err := tt.signer.Push(wechattest.Safe, text)
		if err != nil {
			t.Fatal(err)
		}
		if tt.change != nil {
			if b := tt.change(q); b != "" {
				body = b
			}
		}
		if _, err := cb.ParseBody(q, []byte(body)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReplayedCallbacksAreRefused(t *testing.T) {
	s := signer()
	for _, mode := range []wechattest.Mode{wechattest.Plain, wechattest.Safe} {
		now := callbackTime
		cb := callback(t, []wechat.CallbackMode{wechat.CallbackPlain, 0, wechat.CallbackSafe}[mode],
			func(cfg *wechat.Config) { cfg.Now = func() time.Time { return now } })
		q, body, err := s.Push(mode, s.Text(testOpenID, "hi", 1))
		if err != nil {
			t.Fatal(err)
		}
		first, err := cb.ParseBody(q, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		again, err := cb.ParseBody(q, []byte(body))
		if err != nil || again.Key() != first.Key() {
			t.Errorf("the platform's own repetition: %v", err)
		}
		if mode == wechattest.Plain {
			if _, err := cb.ParseBody(q, []byte(s.Text(testOpenID, "forged", 2))); !errors.Is(err, wechat.ErrCallbackReplayed) {
				t.Errorf("signature reused: %v", err)
			}
		}
		for _, off := range []time.Duration{11 * time.Minute, -11 * time.Minute} {
			now = callbackTime.Add(off)
			if _, err := cb.ParseBody(q, []byte(body)); !errors.Is(err, wechat.ErrCallbackStale) {
				t.Errorf("%v later: %v", off, err)
			}
		}
	}
}

func TestClientWithoutTokenRefusesEverything(t *testing.T) {
	cb := callback(t, wechat.CallbackPlain, func(cfg *wechat.Config) { cfg.Token = "" })
	s := signer()
	s.Token = ""
	q, body, _ := s.Push(wechattest.Plain, s.Text(testOpenID, "hi", 1))
	if _, err := cb.ParseBody(q, []byte(body)); !errors.Is(err, wechat.ErrCallbackSignature) {
		t.Error(err)
	}
}

func TestOversizedBodyIsRefused(t *testing.T) {
	s := signer()
	q, _, _ := s.Push(wechattest.Plain, "")
	r := httptest.NewRequest("POST", "/?"+q.Encode(), strings.NewReader("<xml>"+strings.Repeat("a", 2<<20)+"</xml>"))
	if _, err := callback(t, wechat.CallbackPlain).Parse(r); !errors.Is(err, wechat.ErrCallbackMalformed) {
		t.Error(err)
	}
}
