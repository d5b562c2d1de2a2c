package wechat_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/paypush/paypush/wechat"
)

func TestSignJSPublishedVectors(t *testing.T) {
	const ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
	for page, want := range map[string]string{
		"http://mp.weixin.qq.com?params=value":      "0f9de62fce790f9a083d5c99e95740ceb90c27ed",
		"http://mp.weixin.qq.com?params=value#frag": "0f9de62fce790f9a083d5c99e95740ceb90c27ed",
		"http://mp.weixin.qq.com":                   "f4d90daf4b3bca3078ab155816175ba34c443a7b",
		"http://mp.weixin.qq.com/":                  "a1a0141122148a10c58bbd00ef52231dc4dda87a",
	} {
		if got := wechat.SignJS(ticket, "Wm3WZYTPz0wzccnW", 1414587457, page); got != want {
			t.Errorf("%s: %s", page, got)
		}
	}
}

func TestSignPageFetchesOneTicket(t *testing.T) {
	p := newPlatform(t)
	p.handle("/cgi-bin/ticket/getticket", func(w http.ResponseWriter, r *http.Request, _ []byte) {
		if r.URL.Query().Get("type") != "jsapi" {
			t.Error(r.URL.RawQuery)
		}
		say(w, `{"errcode":0,"errmsg":"ok","ticket":"ticket-must-not-show","expires_in":7200}`)
	})
	c := p.client()
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			got, err := c.SignPage(t.Context(), "https://example.com/#a")
			if err != nil {
				t.Error(err)
				return
			}
			if want := wechat.SignJS("ticket-must-not-show", got.Nonce, got.Timestamp, "https://example.com/"); got.Signature != want || got.AppID != testAppID {
				t.Errorf("%+v", got)
			}
		})
	}
	wg.Wait()
	if n := p.calls("/cgi-bin/ticket/getticket"); n != 1 {
		t.Errorf("%d tickets", n)
	}
	fresh := newPlatform(t)
	fresh.on("/cgi-bin/ticket/getticket", `{"errcode":48001,"errmsg":"api unauthorized"}`)
	_, err := fresh.client().SignPage(t.Context(), "https://example.com/")
	var e *wechat.Error
	if !errors.As(err, &e) || e.Code != 48001 {
		t.Error(err)
	}
}
