package browser

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func origin() string { return "http://sandbox.invalid" }

func TestEveryBrowserHasItsOwnCookies(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("who"); err == nil {
			io.WriteString(w, c.Value)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "who", Value: r.URL.Query().Get("who")})
	}))
	defer server.Close()
	for _, who := range []string{"ming", "anna"} {
		b := New(origin, nil)
		for range 2 {
			if _, err := b.Open(t.Context(), server.URL+"?who="+who, nil); err != nil {
				t.Fatal(err)
			}
		}
		if at, _ := b.Open(t.Context(), server.URL, nil); string(at.Body) != who {
			t.Errorf("%s is taken for %q", who, at.Body)
		}
	}
}

func TestIdentityIsToldToTheSandboxOnly(t *testing.T) {
	show := func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Header.Get("X-Who")+r.Header.Get("X-Extra"))
	}
	own, other := httptest.NewServer(http.HandlerFunc(show)), httptest.NewServer(http.HandlerFunc(show))
	defer own.Close()
	defer other.Close()
	b := New(func() string { return own.URL }, http.Header{"X-Who": {"ming"}})
	for address, want := range map[string]string{own.URL: "ming!", "https://open.weixin.qq.com/x": "ming!", other.URL: ""} {
		at, err := b.Open(t.Context(), address, http.Header{"X-Extra": {"!"}})
		if err != nil || string(at.Body) != want {
			t.Errorf("%s was told %q, %v", address, at.Body, err)
		}
	}
}

func TestPostSaysWhereItComesFrom(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Get("Origin"), " ", r.Header.Get("Sec-Fetch-Site"), " ", r.FormValue("a"))
	}))
	defer server.Close()
	own, _ := url.Parse(server.URL + "/page")
	foreign, _ := url.Parse("http://other.example/")
	for from, want := range map[*url.URL]string{own: server.URL + " same-origin 1", foreign: "http://other.example cross-site 1", nil: " none 1"} {
		at, err := New(origin, nil).Post(t.Context(), from, server.URL, url.Values{"a": {"1"}}, nil)
		if err != nil || string(at.Body) != want {
			t.Errorf("got %q, %v, want %q", at.Body, err, want)
		}
	}
}

func TestAddressesThatAreNotOpened(t *testing.T) {
	b := New(origin, nil)
	for _, bad := range []string{"", "file:///etc/passwd", "javascript:alert(1)", "http:", "::"} {
		if _, err := b.Open(t.Context(), bad, nil); err == nil {
			t.Errorf("%q was opened", bad)
		}
	}
	var blocked *Blocked
	for _, pay := range []string{"https://openapi.alipay.com/gateway.do?x", "http://sandbox.invalid/gateway.do", "http://sandbox.invalid/sandbox/alipay/cashier/1"} {
		if _, err := b.Open(t.Context(), pay, nil); !errors.As(err, &blocked) {
			t.Errorf("%q: %v", pay, err)
		}
	}
	if _, err := b.Open(t.Context(), "http://notalipay.com.invalid/", nil); errors.As(err, &blocked) {
		t.Error("another site is taken for Alipay")
	}
}

func page(body string) Page {
	u, _ := url.Parse("http://shop.example/a/b?c=d")
	return Page{URL: u, Status: 200, Type: "text/html; charset=utf-8", Body: []byte(body)}
}

func TestForms(t *testing.T) {
	forms := page(`<form method=POST action="../go?x=1"><input name=a value=1><input type=checkbox name=b checked><input type=checkbox name=c>
		<select name=s><option>one<option value=2 selected>two</select><textarea name=t>hi</textarea><input name=off disabled value=x>
		<input type=file name=f><button type=button name=no>x</button><button name=ok value=yes>ok</button><input type=submit name=also></form><form><input name=q></form>`).Forms()
	if len(forms) != 2 || !forms[0].Post || forms[1].Post {
		t.Fatalf("%d forms", len(forms))
	}
	if got := forms[0].Action.String(); got != "http://shop.example/go?x=1" {
		t.Errorf("action %s", got)
	}
	if got := forms[0].Press(forms[0].Buttons[0]).Encode(); got != "a=1&b=on&ok=yes&s=2&t=hi" || len(forms[0].Buttons) != 2 {
		t.Errorf("pressed %s, %d buttons", got, len(forms[0].Buttons))
	}
	if got := forms[1].Action.String(); got != "http://shop.example/a/b?c=d" {
		t.Errorf("a form without an action goes to %s", got)
	}
}

func TestShow(t *testing.T) {
	via := func(address string) string { return "/via?u=" + url.QueryEscape(address) }
	got := string(page(`<head><base href="/x/"><style>a{background:url(p.png)}</style></head><a href="y" target=_blank onclick=z()>l</a><a href="javascript:x">bad</a><a href="#top">t</a>
		<script>alert(1)</script><iframe src=/f></iframe><meta http-equiv=refresh content=0><form action=s><input name=q></form>`).Show(via))
	for _, want := range []string{
		`href="/via?u=http%3A%2F%2Fshop.example%2Fx%2Fy"`, `url("/via?u=http%3A%2F%2Fshop.example%2Fx%2Fp.png")`, `href="#top"`, `<a href="#">bad`,
		`name="sandbox-form" value="http://shop.example/x/s"`, `name="sandbox-url" content="http://shop.example/a/b?c=d"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %s:\n%s", want, got)
		}
	}
	for _, bad := range []string{"<script", "<iframe", "onclick", "_blank", "javascript:", "http-equiv", "<base"} {
		if strings.Contains(got, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
}

// FuzzShow reads what is shown as a browser would: nothing in it may run.
func FuzzShow(f *testing.F) {
	f.Add(`<form method=post><button>`)
	f.Add(`<a href="java&#10;script:x"><svg><script>`)
	f.Add(`<A0href="jAvAsCript:>`)
	f.Fuzz(func(t *testing.T, body string) {
		p := page(body)
		p.Forms()
		shown := p.Show(func(a string) string { return "/via?u=" + url.QueryEscape(a) })
		doc, err := html.Parse(bytes.NewReader(shown))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if reason := runs(n); reason != "" {
				t.Errorf("%q became %q: %s", body, shown, reason)
			}
		}
	})
}

// runs says why an element could run a script; empty when it could not.
func runs(n *html.Node) string {
	if n.Type != html.ElementNode {
		return ""
	}
	if slices.Contains([]atom.Atom{atom.Script, atom.Iframe, atom.Frame, atom.Object, atom.Embed, atom.Base}, n.DataAtom) {
		return "element " + n.Data
	}
	for _, a := range n.Attr {
		link := a.Key == "href" || a.Key == "src" || a.Key == "action"
		if strings.HasPrefix(a.Key, "on") || link && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
			return "attribute " + a.Key
		}
	}
	return ""
}
