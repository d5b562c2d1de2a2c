package wechattest

import (
	"strings"
	"testing"
	"time"
)

func TestPublishedSignature(t *testing.T) {
	if got := sign("AAAAA", "1714036504", "1514711492"); got != "f464b24fc39322e44b38aa78f5edd27bd1441696" {
		t.Error(got)
	}
}

func TestEncryptedRoundTripOfEveryLength(t *testing.T) {
	const key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	for n := range 70 {
		in := strings.Repeat("a", n)
		encrypted, err := encrypt(key, "wx1", in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := decrypt(key, "wx1", encrypted)
		if err != nil || out != in {
			t.Errorf("%d: %q %v", n, out, err)
		}
		if _, err := decrypt(key, "wx2", encrypted); err == nil {
			t.Error("another app id opened it")
		}
	}
	if _, err := encrypt("short", "wx1", "a"); err == nil {
		t.Error("short key was taken")
	}
}

func TestPushShapes(t *testing.T) {
	s := Signer{AppID: "wx1", Token: "t", EncodingAESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", OriginalID: "gh_1",
		Now: func() time.Time { return time.Unix(1700000000, 0) }}
	text := s.Text("o", "a]]>b", 7)
	if want := "<Content><![CDATA[a]]]]><![CDATA[>b]]></Content><MsgId><![CDATA[7]]></MsgId></xml>"; !strings.HasSuffix(text, want) {
		t.Error(text)
	}
	q, body, err := s.Push(Safe, text)
	if err != nil || strings.Contains(body, "FromUserName") || q.Get("msg_signature") == q.Get("signature") {
		t.Error(q, body, err)
	}
	q, body, err = s.Push(Compatible, text)
	if err != nil || !strings.Contains(body, "FromUserName") || !strings.Contains(body, "<Encrypt>") || q.Get("encrypt_type") != "aes" {
		t.Error(q, body, err)
	}
	if r := s.Check("/cb?account=1", "e"); r.URL.Query().Get("account") != "1" || r.URL.Query().Get("echostr") != "e" {
		t.Error(r.URL)
	}
}
