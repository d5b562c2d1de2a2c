package alipay

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestSplitFrame(t *testing.T) {
	const method = "alipay.trade.query"
	tests := map[string]struct{ body, content, sign, sn string }{
		"canonical":       {`{"alipay_trade_query_response":{"code":"10000"},"sign":"QQ=="}`, `{"code":"10000"}`, "QQ==", ""},
		"with cert sn":    {`{"alipay_trade_query_response":{"a":"b"},"alipay_cert_sn":"0f","sign":"QQ=="}`, `{"a":"b"}`, "QQ==", "0f"},
		"sign first":      {`{"sign":"QQ==","alipay_trade_query_response":{"a":"b"}}`, `{"a":"b"}`, "QQ==", ""},
		"spaces":          {" {\n\"alipay_trade_query_response\" : { \"a\" : 1 } , \"sign\":\"QQ==\"}\n", `{ "a" : 1 }`, "QQ==", ""},
		"escaped sign":    {`{"alipay_trade_query_response":{},"sign":"a\/b\u003d"}`, `{}`, "a/b=", ""},
		"braces in text":  {`{"alipay_trade_query_response":{"a":"}\",\"sign\":\"{"},"sign":"QQ=="}`, `{"a":"}\",\"sign\":\"{"}`, "QQ==", ""},
		"escaped slash":   {`{"alipay_trade_query_response":{"u":"https:\/\/x"},"sign":"QQ=="}`, `{"u":"https:\/\/x"}`, "QQ==", ""},
		"nested sign":     {`{"alipay_trade_query_response":{"sign":"no","b":[{"c":[]}]},"sign":"QQ=="}`, `{"sign":"no","b":[{"c":[]}]}`, "QQ==", ""},
		"encrypted":       {`{"alipay_trade_query_response":"c2VjcmV0","sign":"QQ=="}`, `"c2VjcmV0"`, "QQ==", ""},
		"error response":  {`{"error_response":{"code":"40002"},"sign":"QQ=="}`, `{"code":"40002"}`, "QQ==", ""},
		"null response":   {`{"null_response":{"code":"40002"}}`, `{"code":"40002"}`, "", ""},
		"unknown members": {`{"x":[1,2,{"y":null}],"n":-1.5e3,"alipay_trade_query_response":{},"t":true}`, `{}`, "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := splitFrame([]byte(tt.body), method, false)
			if err != nil {
				t.Fatal(err)
			}
			if string(f.content) != tt.content || f.signature != tt.sign || f.certSN != tt.sn {
				t.Errorf("content %s, sign %q, sn %q", f.content, f.signature, f.certSN)
			}
		})
	}
}

func TestSplitFrameRefuses(t *testing.T) {
	for _, body := range []string{
		"", "{", "{}", "[]", "null", `{"sign":"QQ=="}`, `<html>`, `{"alipay_trade_query_response":{}`,
		`{"alipay_trade_query_response":{},"alipay_trade_query_response":{}}`,
		`{"alipay_trade_query_response":{},"error_response":{}}`,
		`{"alipay_trade_query_response":{},"sign":"a","sign":"b"}`,
		`{"alipay_trade_query_response":{},"sign":1}`,
		`{"alipay_trade_query_response":{}} x`, `{"alipay_trade_query_response":{},}`,
		`{"alipay_trade_query_response":}`, `{"alipay_trade_query_response" {}}`, `{"alipay_trade_query_response":"x`,
		`{"other_response":{},"sign":"QQ=="}`,
	} {
		if f, err := splitFrame([]byte(body), "alipay.trade.query", false); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v", body, f, err)
		}
	}
}

func TestSplitFrameInGBK(t *testing.T) {
	// The character 0x81 0x5C ends in a byte that looks like a backslash.
	body := "{\"alipay_trade_query_response\":{\"a\":\"\x81\x5c\"},\"sign\":\"QQ==\"}"
	f, err := splitFrame([]byte(body), "alipay.trade.query", true)
	if err != nil || string(f.content) != "{\"a\":\"\x81\x5c\"}" {
		t.Errorf("content %q, %v", f.content, err)
	}
}

func FuzzSplitFrame(f *testing.F) {
	f.Add(`{"m_response":{"a":"}"},"sign":"QQ=="}`)
	f.Add(`{"sign":"","m_response":"x\\"}`)
	f.Add(`{"error_response":[{}],"alipay_cert_sn":"1"}`)
	f.Fuzz(func(t *testing.T, body string) {
		got, err := splitFrame([]byte(body), "m", false)
		splitFrame([]byte(body), "m", true)
		if err != nil || !json.Valid([]byte(body)) {
			return
		}
		// Whatever is valid JSON has to be cut exactly where encoding/json cuts it.
		var whole map[string]json.RawMessage
		if err := json.Unmarshal([]byte(body), &whole); err != nil {
			t.Fatalf("cut something that is no object: %v", err)
		}
		if want := string(whole[got.key]); want != string(got.content) {
			t.Errorf("content %q, want %q", got.content, want)
		}
	})
}

func FuzzSigningContent(f *testing.F) {
	f.Add("a=1&b=2&sign=x&sign_type=RSA2")
	f.Add("b=%20&a=+&c=")
	f.Fuzz(func(t *testing.T, form string) {
		params, err := parseForm(form)
		if err != nil {
			return
		}
		content := string(appendContent(nil, params, true, "sign", "sign_type"))
		if strings.HasPrefix(content, "sign=") || strings.HasPrefix(content, "&") && params[0].name != "" && !strings.HasPrefix(params[0].name, "&") {
			t.Errorf("content %q", content)
		}
		// What is written as a form has to be read back the same.
		var encoded []byte
		for _, p := range params {
			if !plain(p.name) {
				return
			}
			encoded = appendParam(encoded, p)
		}
		again, err := parseForm(string(encoded))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(appendContent(nil, again, true, "sign", "sign_type")); got != content {
			t.Errorf("content %q, after a round trip %q", content, got)
		}
	})
}

// plain tells whether a name is one that the platform could have; only values are
// escaped when a form is written.
func plain(name string) bool {
	for i := 0; i < len(name); i++ {
		if !unreserved(name[i]) {
			return false
		}
	}
	return name != ""
}
