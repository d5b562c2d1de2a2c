package alipay_test

import (
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// changed returns a copy with one parameter set, or removed when it is "-".
func (q request) changed(name, value string) request {
	q = maps.Clone(q)
	if value == "-" {
		delete(q, name)
	} else {
		q[name] = value
	}
	return q
}

func TestWhatTheGatewayRefuses(t *testing.T) {
	b := newBench(t)
	plain := b.call("alipay.trade.query", map[string]any{"out_trade_no": "o1"})
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	foreign := plain.changed("sign", signed(t, stranger, "RSA2", signingText(plain, false, "sign")))
	const root = "alipay_trade_query_response"
	tests := []struct {
		name   string
		q      request
		root   string
		code   string
		sub    string
		signed bool
	}{
		{"no app", plain.changed("app_id", "-"), root, "40001", "isv.missing-app-id", false},
		{"an unknown app", plain.changed("app_id", "2021000000000000"), root, "40002", "isv.invalid-app-id", false},
		{"an unknown app without a signature", plain.changed("app_id", "2021000000000000").changed("sign", ""), root, "40002", "isv.invalid-app-id", false},
		{"no method", plain.changed("method", "-"), "error_response", "40001", "isv.missing-method", true},
		{"no such method", plain.changed("method", "alipay.trade.fly"), "alipay_trade_fly_response", "40002", "isv.invalid-method", true},
		{"a method that is no name", plain.changed("method", `a"b`), "error_response", "40002", "isv.invalid-method", true},
		{"no signature", plain.changed("sign", ""), root, "40001", "isv.missing-signature", true},
		{"no sign_type", plain.changed("sign_type", "-"), root, "40001", "isv.missing-signature-type", true},
		{"an odd sign_type", plain.changed("sign_type", "MD5"), root, "40002", "isv.invalid-signature-type", true},
		{"no timestamp", plain.changed("timestamp", "-"), root, "40001", "isv.missing-timestamp", true},
		{"a timestamp in another form", plain.changed("timestamp", "2026-01-02T03:04:05Z"), root, "40002", "isv.invalid-timestamp", true},
		{"no version", plain.changed("version", "-"), root, "40001", "isv.missing-version", true},
		{"an odd charset", plain.changed("charset", "koi8-r"), root, "40002", "isv.invalid-charset", true},
		{"XML", plain.changed("format", "XML"), root, "40002", "isv.invalid-format", true},
		{"a foreign key", foreign, root, "40002", "isv.invalid-signature", true},
		{"a signature that is no base64", plain.changed("sign", "%%%"), root, "40002", "isv.invalid-signature", true},
		{"biz_content that is no JSON", plain.changed("biz_content", "{"), root, "40002", "isv.illegal-json", true},
		{"biz_content that is a list", plain.changed("biz_content", "[]"), root, "40002", "isv.illegal-json", true},
		{"neither number", plain.changed("biz_content", "{}"), root, "40004", "ACQ.INVALID_PARAMETER", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.send(tt.q)
			a.want(t, tt.code, tt.sub)
			if a.root != tt.root {
				t.Errorf("the frame is of %s", a.root)
			}
			if genuine := verifies(b.alipay, "RSA2", a.inner, a.sign); genuine != tt.signed || (a.sign != "") != tt.signed {
				t.Errorf("signed: %v, want %v", genuine, tt.signed)
			}
			if a.kind != "text/html;charset=utf-8" && tt.q["charset"] == "utf-8" {
				t.Errorf("content type is %s", a.kind)
			}
		})
	}
}

func TestARefusedSignatureShowsWhatWasBuilt(t *testing.T) {
	b := newBench(t)
	q := b.call("alipay.trade.query", `{"out_trade_no":"a<b"}`).changed("sign", "AAAA")
	a := b.send(q)
	if !strings.Contains(a.field("sub_msg"), "app_id="+b.creds.AppID+"&amp;biz_content={&#34;out_trade_no&#34;:&#34;a&lt;b&#34;}") {
		t.Errorf("sub_msg is %s", a.field("sub_msg"))
	}
}

func TestTheFrameIsAsEveryClientCutsIt(t *testing.T) {
	b := newBench(t)
	b.openLink(order("o1", "1"), nil)
	a := b.do("alipay.trade.query", map[string]any{"out_trade_no": "o1"})
	if !strings.HasPrefix(a.inner, `{"code":"10000","msg":"Success","buyer_logon_id":`) || strings.Contains(a.inner, `": `) {
		t.Errorf("the object is %s", a.inner)
	}
	if len(a.sign) != 344 || strings.ContainsAny(a.sign, `\`) {
		t.Errorf("the signature is %s", a.sign)
	}
	for name, value := range a.decoded {
		if s, ok := value.(string); !ok || s == "" {
			t.Errorf("%s is %v", name, value)
		}
	}
}

func TestWhereParametersMayStand(t *testing.T) {
	b := newBench(t)
	b.openLink(order("o1", "1"), nil)
	biz := map[string]any{"out_trade_no": "o1"}
	all := func() url.Values { return b.sign(b.call("alipay.trade.query", biz)) }
	tests := []struct {
		name string
		send func() answer
	}{
		{"all in the body", func() answer { return b.post(all().Encode(), "") }},
		{"charset in both places", func() answer { return b.post(all().Encode(), "charset=utf-8") }},
		{"all in the query of a POST", func() answer { return b.post("", all().Encode()) }},
		{"all in the query of a GET", func() answer { return b.read(b.browse(b.server.URL + "/gateway.do?" + all().Encode())) }},
		{"biz_content alone in the body", func() answer {
			q := all()
			body := url.Values{"biz_content": q["biz_content"]}
			q.Del("biz_content")
			return b.post(body.Encode(), q.Encode())
		}},
		{"a multipart form", func() answer { return b.postMultipart(all()) }},
		{"unknown parameters", func() answer {
			q := b.call("alipay.trade.query", biz)
			q["alipay_sdk"], q["ws_service_url"] = "some-sdk-1.0", "x"
			return b.send(q)
		}},
		{"empty values that were not signed", func() answer {
			q := b.call("alipay.trade.query", biz)
			q["app_auth_token"] = ""
			return b.send(q)
		}},
		{"empty values that were signed", func() answer {
			q := b.call("alipay.trade.query", biz)
			q["app_auth_token"] = ""
			return b.send(q.changed("sign", signed(t, b.key, "RSA2", signingText(q, true, "sign"))))
		}},
		{"no format", func() answer { return b.send(b.call("alipay.trade.query", biz).changed("format", "-")) }},
		{"a small format", func() answer { return b.send(b.call("alipay.trade.query", biz).changed("format", "json")) }},
		{"a large charset", func() answer { return b.send(b.call("alipay.trade.query", biz).changed("charset", "UTF-8")) }},
		{"a number for the order", func() answer {
			b.openLink(order("12345", "1"), nil)
			return b.send(b.call("alipay.trade.query", `{"out_trade_no":12345,"trade_no":"","org_pid":null,"x":{"y":[1]}}`))
		}},
		{"escapes in the JSON", func() answer { return b.send(b.call("alipay.trade.query", `{"out_trade_no":"\u006f1"}`)) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := tt.send()
			a.want(t, "10000", "")
			if !verifies(b.alipay, "RSA2", a.inner, a.sign) {
				t.Error("the answer is not signed")
			}
		})
	}
}

func (b *bench) postMultipart(all url.Values) answer {
	b.t.Helper()
	var body strings.Builder
	form := multipart.NewWriter(&body)
	for name := range all {
		if err := form.WriteField(name, all.Get(name)); err != nil {
			b.t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("file_content", "a.txt")
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := file.Write([]byte("not signed")); err != nil {
		b.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	resp, err := http.Post(b.server.URL+"/gateway.do", form.FormDataContentType(), strings.NewReader(body.String()))
	if err != nil {
		b.t.Fatal(err)
	}
	return b.read(resp)
}

func TestTheOlderSignatureIsAnsweredInKind(t *testing.T) {
	b := newBench(t)
	b.openLink(order("o1", "1"), nil)
	a := b.send(b.call("alipay.trade.query", map[string]any{"out_trade_no": "o1"}).changed("sign_type", "RSA"))
	a.want(t, "10000", "")
	if !verifies(b.alipay, "RSA", a.inner, a.sign) {
		t.Error("the answer is not signed with SHA-1")
	}
}

func TestGBKGoesBothWays(t *testing.T) {
	b := newBench(t)
	biz, err := simplifiedchinese.GBK.NewEncoder().String(`{"out_trade_no":"g1","total_amount":"1","subject":"茶叶","product_code":"FAST_INSTANT_TRADE_PAY"}`)
	if err != nil {
		t.Fatal(err)
	}
	q := b.call("alipay.trade.page.pay", biz).changed("charset", "GBK")
	resp := b.browse(b.server.URL + "/gateway.do?" + b.sign(q).Encode())
	resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		t.Fatalf("opening answered %d", resp.StatusCode)
	}
	var list struct {
		Trades []struct{ Subject string }
	}
	b.control("GET", "/sandbox/alipay/trades", "", &list)
	if list.Trades[0].Subject != "茶叶" {
		t.Errorf("the subject was read as %q", list.Trades[0].Subject)
	}
	a := b.send(b.call("alipay.trade.query", `{"out_trade_no":"nobody"}`).changed("charset", "gbk"))
	if a.kind != "text/html;charset=GBK" || !verifies(b.alipay, "RSA2", a.inner, a.sign) {
		t.Errorf("answered %s, signed over the bytes: %v", a.kind, verifies(b.alipay, "RSA2", a.inner, a.sign))
	}
	text, err := simplifiedchinese.GBK.NewDecoder().String(a.inner)
	if err != nil || !strings.Contains(text, "交易不存在") {
		t.Errorf("the answer is no GBK: %q", a.inner)
	}
}

func TestHostileRequestsGetAnAnswer(t *testing.T) {
	b := newBench(t)
	good := b.sign(b.call("alipay.trade.query", map[string]any{"out_trade_no": "o1"})).Encode()
	tests := []struct{ name, body, query, sub string }{
		{"a second method", good, "method=alipay.trade.close", "isv.suspected-attack"},
		{"a name twice", good + "&x=1&x=2", "", "isv.suspected-attack"},
		{"a broken escape", good + "&x=%zz", "", "isv.invalid-parameter"},
		{"too many parameters", good + manyParams(300), "", "isv.invalid-parameter"},
		{"nothing", "", "", "isv.missing-app-id"},
		{"noise", "\x00\xff=&&==&", "", "isv.missing-app-id"},
		{"a huge body", strings.Repeat("a", 2<<20), "", "isv.missing-app-id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if a := b.post(tt.body, tt.query); a.field("sub_code") != tt.sub {
				t.Errorf("answered %s", a.inner)
			}
		})
	}
}

func manyParams(n int) string {
	names := slices.Repeat([]string{"&p"}, n)
	for i := range names {
		names[i] += strings.Repeat("x", i) + "=1"
	}
	return strings.Join(names, "")
}
