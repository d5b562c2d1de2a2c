package thirdparty_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paypush/paypush/wechat"
	"github.com/paypush/paypush/wechat/wechattest"
)

func TestWeChatNodeCrypto(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	c := newCourier(t, b)
	given := b.weChatGiven()
	given["ours"] = map[string]any{"pushes": c.pushes(t), "answers": c.answers(t)}
	given["toSeal"] = c.messages
	story := tell(t, "wechat-crypto.cjs", given)
	all := strings.TrimSuffix("["+strings.Repeat("true,", len(c.messages)), ",") + "]"
	wanted := []want{
		{step: "callback address", is: fields{"": "safe"}},
		{step: "safe: reply under a wrong signature", is: fields{"": "true"}},
		{step: "a stranger scans a QR code and follows", is: fields{"sealed": "true", "event": "subscribe", "key": "qrscene_desk-7"}},
		{step: "a follower scans it", is: fields{"sealed": "true", "event": "SCAN", "key": "desk-7"}},
		{step: "ours: pushes", is: fields{"": all}},
		{step: "ours: answers", is: fields{"": all}},
		{step: "theirs: pushes", is: fields{"0.body": "*"}},
	}
	for _, mode := range []struct{ name, sealed, readable, kind string }{
		{"safe", "true", "false", "aes"}, {"compatible", "true", "true", "aes"}, {"plain", "false", "true", "none"},
	} {
		push := fields{"signed": "true", "sealed": mode.sealed, "readable": mode.readable, "type": mode.kind}
		wanted = append(wanted,
			want{step: mode.name + ": follow", is: with(push, fields{"kind": "event", "event": "subscribe", "key": ""})},
			want{step: mode.name + ": text", is: with(push, fields{"kind": "text", "content": "你好 <b>&amp; 😀", "id": "*"})},
			want{step: mode.name + ": reply", is: fields{"": "true"}})
	}
	check(t, story, wanted)
	c.openTheirs(t, story)
}

// courier is this module's side of an account's callback. Its messages have
// every length that padding can meet.
type courier struct {
	signer   wechattest.Signer
	callback *wechat.Callback
	contents []string
	messages []string
}

func newCourier(t *testing.T, b *box) *courier {
	t.Helper()
	w := b.keys.WeChat
	client, err := wechat.New(wechat.Config{
		AppID: w.AppID, AppSecret: wechat.Secret(w.Secret), Token: wechat.Secret(w.Token), EncodingAESKey: wechat.Secret(w.AESKey),
	})
	if err != nil {
		t.Fatal(err)
	}
	c := &courier{
		signer:   wechattest.Signer{AppID: w.AppID, Token: w.Token, EncodingAESKey: w.AESKey, OriginalID: w.OriginalID},
		callback: client.Callback(),
	}
	for n := range 33 {
		c.contents = append(c.contents, "你好 <&> 😀"+strings.Repeat("x", n))
		c.messages = append(c.messages, c.signer.Text("o1", c.contents[n], int64(n+1)))
	}
	return c
}

func (c *courier) pushes(t *testing.T) (all []map[string]string) {
	t.Helper()
	for _, message := range c.messages {
		query, body, err := c.signer.Push(wechattest.Safe, message)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, map[string]string{"uri": "/?" + query.Encode(), "body": body, "xml": message})
	}
	return all
}

func (c *courier) answers(t *testing.T) (all []map[string]string) {
	t.Helper()
	for n, message := range c.messages {
		r, err := c.signer.Post("http://shop.example/events", wechattest.Safe, message)
		if err != nil {
			t.Fatal(err)
		}
		m, err := c.callback.Parse(httptest.NewRequest(r.Method, r.URL.String(), r.Body))
		if err != nil {
			t.Fatal(err)
		}
		body, err := c.callback.Answer(m, wechat.TextAnswer(c.contents[n]))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, map[string]string{"body": string(body), "content": c.contents[n]})
	}
	return all
}

// openTheirs has the client open what wechat-crypto has sealed.
func (c *courier) openTheirs(t *testing.T, story []step) {
	at := slices.IndexFunc(story, func(s step) bool { return s.Name == "theirs: pushes" })
	var sealed []struct{ Query, Body string }
	if at < 0 || json.Unmarshal(story[at].Value, &sealed) != nil || len(sealed) != len(c.messages) {
		t.Fatal("wechat-crypto sealed nothing to open")
	}
	for n, it := range sealed {
		query, err := url.ParseQuery(it.Query)
		if err != nil {
			t.Fatal(err)
		}
		m, err := c.callback.ParseBody(query, []byte(it.Body))
		if err != nil || string(m.Raw) != c.messages[n] {
			t.Errorf("message %d: %v", n, err)
		}
		query.Set("msg_signature", strings.Repeat("0", 40))
		if _, err := c.callback.ParseBody(query, []byte(it.Body)); err == nil {
			t.Errorf("message %d: a wrong signature was taken", n)
		}
	}
}

// with is both sets of fields together.
func with(one, other fields) fields {
	all := fields{}
	for _, part := range []fields{one, other} {
		for name, is := range part {
			all[name] = is
		}
	}
	return all
}
