package alipay

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
)

// fuzzClient has keys of its own and a content key, so that every reading path of
// a reply is open to the fuzzer once the signature is set aside.
func fuzzClient(f *testing.F) *Client {
	f.Helper()
	app, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	theirs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	c, err := New(Config{AppID: "1", Signer: app, PlatformKey: &theirs.PublicKey, ContentKey: "AAECAwQFBgcICQoLDA0ODw=="})
	if err != nil {
		f.Fatal(err)
	}
	return c
}

func FuzzReply(f *testing.F) {
	c := fuzzClient(f)
	f.Add([]byte(`{"m_response":{"code":"10000"},"sign":"QQ=="}`), false)
	f.Add([]byte(`{"m_response":"QUJDREVGR0hJSktMTU5PUA==","sign":"QQ=="}`), true)
	f.Add([]byte(`{"error_response":{"code":"40002","sub_code":"isv.x"}}`), false)
	f.Fuzz(func(t *testing.T, body []byte, gbk bool) {
		got := &answer{status: http.StatusOK, body: body, gbk: gbk}
		if _, err := c.open(context.Background(), &Request{Method: "m"}, got); err == nil {
			t.Error("a reply without a good signature was accepted")
		}
		// The same bytes as if the signature had been good.
		reply, err := c.open(context.Background(), &Request{Method: "m", selfProving: true}, got)
		if err == nil && !json.Valid(reply.Raw) {
			t.Errorf("accepted content that is not JSON: %q", reply.Raw)
		}
		if e, ok := errors.AsType[*Error](err); ok && len(e.Raw) > maxErrorRaw {
			t.Errorf("an error carries %d bytes", len(e.Raw))
		}
	})
}

func FuzzReplyV3(f *testing.F) {
	c := fuzzClient(f)
	f.Add([]byte(`{"code":"invalid-app-id","message":"m","links":[]}`), 400)
	f.Add([]byte(`QUJDREVGR0hJSktMTU5PUA==`), 200)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		got := &answer{status: status, header: http.Header{}, body: body}
		_, err := c.openV3(context.Background(), &Request{Method: "m"}, got)
		e, ok := errors.AsType[*Error](err)
		if !ok {
			t.Fatalf("a reply without a signature was accepted: %v", err)
		}
		if e.Rejected() && e.Unknown() {
			t.Errorf("both refused and unknown: %v", err)
		}
		c.contentV3(got)
	})
}

func FuzzContentCipher(f *testing.F) {
	c := fuzzClient(f).content
	f.Add([]byte(`{"a":"b"}`))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		c.decrypt(string(text))
		back, err := c.decrypt(c.encrypt(string(text)))
		if err != nil || !bytes.Equal(back, text) {
			t.Errorf("%q came back as %q, %v", text, back, err)
		}
	})
}
