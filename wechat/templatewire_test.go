package wechat_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/paypush/paypush/wechat"
)

// FuzzTemplateJSON holds the template's own writer equal to encoding/json.
func FuzzTemplateJSON(f *testing.F) {
	f.Add("o", "t", "https://x/?a=1&b=<2>", "thing1", "你好\n\u2028\"\\", "#fff", "id")
	f.Add("", "", "", "", "\xff\x00\x1f\x7f", "", "")
	type plain wechat.Template
	f.Fuzz(func(t *testing.T, to, id, url, key, value, color, dedupe string) {
		in := wechat.Template{
			ToUser: to, TemplateID: id, URL: url, ClientMsgID: dedupe,
			Data: map[string]wechat.Value{key: {Value: value, Color: color}, "z": {Value: "1"}},
		}
		if url == "" {
			in.MiniProgram = &wechat.MiniProgram{AppID: id, PagePath: value}
		}
		got, err := in.MarshalJSON()
		if err != nil || !json.Valid(got) || !utf8.Valid(got) {
			t.Fatalf("%q %v", got, err)
		}
		want, err := json.Marshal(plain(in))
		if err != nil {
			t.Fatal(err)
		}
		var a, b any
		if json.Unmarshal(got, &a) != nil || json.Unmarshal(want, &b) != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%s\n%s", got, want)
		}
	})
}

func TestTemplateReplies(t *testing.T) {
	for body, want := range map[string]int64{
		`{"errcode":0,"errmsg":"ok","msgid":3717005636572528642}`:  3717005636572528642,
		`{ "errmsg":"ok", "errcode":0, "msgid":5 }`:                5,
		`{"errcode":0,"errmsg":"ok","msgid":7,"msgid_extra":"x"}`:  7,
		`{"errcode":0,"errmsg":"ok","msgid":0}`:                    0,
		`{"errcode":0,"errmsg":"ok"}`:                              0,
		`{"errcode":0,"errmsg":"ok","msgid":99999999999999999999}`: -1,
		`{"errcode":0,"errmsg":"ok","msgid":1}}`:                   -1,
		`{"errcode":0,"errmsg":"ok","msgid":}`:                     -1,
		`{"errcode":0,"errmsg":"ok","msgid":"5"}`:                  -1,
		`{"errcode":40003,"errmsg":"invalid openid","msgid":0}`:    -1,
		strings.Repeat(" ", 10) + `{"errcode":0,"msgid":6}`:        6,
	} {
		p := newPlatform(t)
		p.handle("/cgi-bin/message/template/send", func(w http.ResponseWriter, _ *http.Request, _ []byte) { say(w, body) })
		id, err := p.client().SendTemplate(t.Context(), wechat.Template{ToUser: "o", TemplateID: "t"})
		if (want < 0) != (err != nil) || want >= 0 && id != want {
			t.Errorf("%s: %d %v", body, id, err)
		}
	}
}
