package wechat_test

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"testing"

	"github.com/paypush/paypush/wechat"
	"github.com/paypush/paypush/wechat/wechattest"
)

func sha1Hex(parts ...string) string {
	sort.Strings(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func signedQuery(encrypted string) url.Values {
	const stamp, nonce = "1780000000", "n"
	q := url.Values{"timestamp": {stamp}, "nonce": {nonce}, "signature": {sha1Hex(testToken, stamp, nonce)}}
	if encrypted != "" {
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", sha1Hex(testToken, stamp, nonce, encrypted))
	}
	return q
}

func FuzzCallbackXML(f *testing.F) {
	s := signer()
	f.Add([]byte(s.Text("o", "x", 1)))
	f.Add([]byte(s.Event("o", "SCAN", wechattest.Field{Name: "EventKey", Text: "1"})))
	f.Add([]byte("<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>"))
	cb := callback(f, wechat.CallbackSafe)
	f.Fuzz(func(t *testing.T, body []byte) {
		if m, err := cb.ParseBody(signedQuery("anything"), body); err == nil {
			t.Errorf("unsigned body was taken: %+v", m)
		}
	})
}

func FuzzDecrypt(f *testing.F) {
	s := signer()
	_, body, err := s.Push(wechattest.Safe, s.Text("o", "x", 1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(between(body, "<Encrypt><![CDATA[", "]]></Encrypt>"))
	f.Add("AAAA")
	f.Add("")
	cb := callback(f, wechat.CallbackSafe)
	f.Fuzz(func(t *testing.T, encrypted string) {
		encrypted = strings.TrimSpace(encrypted)
		m, err := cb.ParseBody(signedQuery(encrypted), []byte("<xml><Encrypt>"+encrypted+"</Encrypt></xml>"))
		if err == nil && m.From == "" {
			t.Error("message from nobody")
		}
	})
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

func FuzzEvent(f *testing.F) {
	s := signer()
	f.Add(s.Text("o", "x", 1))
	f.Add(s.Event("o", "subscribe", wechattest.Field{Name: "EventKey", Text: "qrscene_1"}))
	f.Add(s.Event("o", "TEMPLATESENDJOBFINISH", wechattest.Field{Name: "MsgID", Text: "9"}))
	f.Add("<xml><FromUserName>o</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event></xml>")
	cb := callback(f, wechat.CallbackSafe)
	f.Fuzz(func(t *testing.T, message string) {
		q, body, err := s.Push(wechattest.Safe, message)
		if err != nil {
			t.Fatal(err)
		}
		m, err := cb.ParseBody(q, []byte(body))
		if err != nil {
			return
		}
		if m.Content == nil || m.From == "" || m.Key() == "" || string(m.Raw) != message {
			t.Errorf("%+v", m)
		}
		again, err := cb.ParseBody(q, []byte(body))
		if err != nil || again.Key() != m.Key() {
			t.Errorf("second parse: %v", err)
		}
	})
}

func FuzzErrorReply(f *testing.F) {
	f.Add(`{"errcode":40003,"errmsg":"invalid openid rid: 61adc6f6-0a1b2c3d-4e5f6071"}`, 200)
	f.Add(`{"errcode":0,"errmsg":"ok"}`, 200)
	f.Add("{\"errcode\":-1,\"errmsg\":\"a\x01\"}", 200)
	f.Add(`<html>`, 502)
	p := newPlatform(f)
	c := bubbleClient(p)
	f.Fuzz(func(t *testing.T, body string, status int) {
		if status < 200 || status > 599 {
			status = 200
		}
		p.handle(pingPath, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		})
		err := c.SendText(t.Context(), "o", "x")
		p.forget()
		if err == nil {
			if status != 200 || !strings.Contains(strings.ToLower(body), "errcode") {
				t.Errorf("success from %d %q", status, body)
			}
			return
		}
		var e *wechat.Error
		if !errors.As(err, &e) || strings.Contains(outcomes(e), "+") || outcomes(e) == "" {
			t.Errorf("%v", err)
		}
		if strings.Contains(err.Error(), "must-not-show") {
			t.Error("token in error")
		}
	})
}
