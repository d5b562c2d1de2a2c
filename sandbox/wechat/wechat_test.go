package wechat

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/sandbox/world"
)

// fixture is a platform behind a real listener.
type fixture struct {
	*testing.T
	p     *Platform
	world *world.World
	url   string
}

func newFixture(t *testing.T) *fixture { return openFixture(t, "") }

// openFixture opens the platform kept in dir.
func openFixture(t *testing.T, dir string) *fixture {
	t.Helper()
	w, err := world.New(world.Options{Dir: dir, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	atTenth(w)
	f := &fixture{T: t, world: w}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	f.url = server.URL
	f.p, err = New(w, func() string { return f.url })
	if err != nil {
		t.Fatal(err)
	}
	f.p.Register(mux)
	t.Cleanup(func() { server.Close(); w.Close() })
	return f
}

// atTenth moves a new world to ten in the morning of the tenth, in China, so
// that no limit of a day or a month ends in the middle of a test.
func atTenth(w *world.World) {
	if now := w.Now(); now.Day() != 10 {
		w.Advance(time.Date(now.Year(), now.Month()+1, 10, 2, 0, 0, 0, time.UTC).Sub(now))
	}
}

// request makes one request and answers the response with its whole body.
func (f *fixture) request(method, path, body string) (*http.Response, string) {
	f.Helper()
	r, err := http.NewRequest(method, f.url+path, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		f.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		f.Fatal(err)
	}
	return resp, string(b)
}

type reply map[string]any

func (r reply) code() int {
	n, _ := r["errcode"].(float64)
	return int(n)
}

func (r reply) text(key string) string { s, _ := r[key].(string); return s }

// call makes one request and decodes its JSON.
func (f *fixture) call(method, path, body string) reply {
	f.Helper()
	_, b := f.request(method, path, body)
	var out reply
	if err := json.Unmarshal([]byte(b), &out); err != nil {
		f.Fatalf("%s %s answered %q: %v", method, path, b, err)
	}
	return out
}

func (f *fixture) get(path string) reply        { f.Helper(); return f.call("GET", path, "") }
func (f *fixture) post(path, body string) reply { f.Helper(); return f.call("POST", path, body) }
func (f *fixture) person(nickname string) string {
	f.Helper()
	return f.post("/sandbox/wechat/followers", `{"nickname":"`+nickname+`"}`).text("openid")
}

func (f *fixture) tokenPath() string {
	a := f.p.account
	return "/cgi-bin/token?grant_type=client_credential&appid=" + a.AppID + "&secret=" + a.Secret
}

func (f *fixture) token() string { f.Helper(); return f.get(f.tokenPath()).text("access_token") }

func (f *fixture) stable(force bool) reply {
	f.Helper()
	b, _ := json.Marshal(map[string]any{"grant_type": "client_credential", "appid": f.p.account.AppID, "secret": f.p.account.Secret, "force_refresh": force})
	return f.post("/cgi-bin/stable_token", string(b))
}

// api calls a path of the API with a good token.
func (f *fixture) api(path, body string) reply {
	f.Helper()
	method := "POST"
	if body == "" {
		method = "GET"
	}
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	return f.call(method, path+mark+"access_token="+f.stable(false).text("access_token"), body)
}

func (f *fixture) wantCode(what string, r reply, want int) {
	f.Helper()
	if r.code() != want {
		f.Errorf("%s: errcode %d %v, want %d", what, r.code(), r["errmsg"], want)
	}
}

func (f *fixture) templateBody(openid, client string, values map[string]string) string {
	data := map[string]any{}
	for key, v := range values {
		data[key] = map[string]string{"value": v}
	}
	b, _ := json.Marshal(map[string]any{"touser": openid, "template_id": f.p.account.Templates[0].ID, "client_msg_id": client, "data": data})
	return string(b)
}

func (f *fixture) authorizePath(redirect, scope string) string {
	return "/connect/oauth2/authorize?" + url.Values{"appid": {f.p.account.AppID}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {scope}, "state": {"abc123"}}.Encode() + "#wechat_redirect"
}

func (f *fixture) truth() truth {
	return f.p.Truth().(truth)
}

func textBody(openid, text string) string {
	b, _ := json.Marshal(map[string]any{"touser": openid, "msgtype": "text", "text": map[string]string{"content": text}})
	return string(bytes.TrimSpace(b))
}
