package wechat_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/paypush/paypush/wechat"
)

func TestDoAndGet(t *testing.T) {
	p := newPlatform(t)
	p.on("/cgi-bin/some/new", `{"errcode":0,"errmsg":"ok","value":7}`)
	p.on("/cgi-bin/some/list", `{"value":8}`)
	p.on("/cgi-bin/some/refused", `{"errcode":48001,"errmsg":"api unauthorized","value":"text where a number belongs"}`)
	p.handle("/cgi-bin/some/cut", func(http.ResponseWriter, *http.Request, []byte) { panic(http.ErrAbortHandler) })
	c := p.client()
	var out struct{ Value int }
	if err := c.Do(t.Context(), "/cgi-bin/some/new", map[string]string{"a": "<"}, &out); err != nil || out.Value != 7 {
		t.Error(out, err)
	}
	if _, body := p.last("/cgi-bin/some/new"); body != `{"a":"<"}` {
		t.Error(body)
	}
	p.spoil(42001)
	if err := c.Get(t.Context(), "/cgi-bin/some/list", url.Values{"b": {"1"}}, &out); err != nil || out.Value != 8 {
		t.Error(out, err)
	}
	var e *wechat.Error
	if err := c.Do(t.Context(), "/cgi-bin/some/refused", nil, &out); !errors.As(err, &e) || e.Code != 48001 {
		t.Error(err)
	}
	if err := c.Do(t.Context(), "/cgi-bin/some/cut", nil, nil); !errors.As(err, &e) || !e.Unknown() {
		t.Error(err)
	}
	if err := c.Get(t.Context(), "/cgi-bin/some/cut", nil, nil); !errors.As(err, &e) || !e.Retryable() {
		t.Error(err)
	}
	if err := c.Do(t.Context(), "/cgi-bin/some/new", make(chan int), nil); !errors.Is(err, wechat.ErrInvalid) {
		t.Error(err)
	}
}
