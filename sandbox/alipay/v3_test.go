package alipay_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// v3Call is a V3 request before it is signed.
type v3Call struct {
	method, path, body string
	parts              []string
	header             map[string]string
}

func (b *bench) v3(method, path, body string) v3Call {
	return v3Call{method: method, path: path, body: body, header: map[string]string{}, parts: []string{
		"app_id=" + b.creds.AppID, "nonce=" + fmt.Sprint(time.Now().UnixNano()),
		"timestamp=" + strconv.FormatInt(time.Now().UnixMilli(), 10),
	}}
}

type v3Answer struct {
	status int
	body   string
	header http.Header
}

func (b *bench) sendV3(c v3Call) v3Answer {
	b.t.Helper()
	auth := strings.Join(c.parts, ",")
	text := auth + "\n" + c.method + "\n" + c.path + "\n" + c.body + "\n"
	if token := c.header["alipay-app-auth-token"]; token != "" {
		text += token + "\n"
	}
	req, err := http.NewRequest(c.method, b.server.URL+c.path, strings.NewReader(c.body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "ALIPAY-SHA256withRSA "+auth+",sign="+signed(b.t, b.key, "RSA2", text))
	for name, value := range c.header {
		if value == "-" {
			req.Header.Del(name)
		} else {
			req.Header.Set(name, value)
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return v3Answer{status: resp.StatusCode, body: string(raw), header: resp.Header}
}

// genuine verifies the headers of an answer.
func (a v3Answer) genuine(b *bench) bool {
	text := a.header.Get("alipay-timestamp") + "\n" + a.header.Get("alipay-nonce") + "\n" + a.body + "\n"
	return verifies(b.alipay, "RSA2", text, a.header.Get("alipay-signature"))
}

func (a v3Answer) field(name string) string {
	var all map[string]any
	if json.Unmarshal([]byte(a.body), &all) != nil {
		return ""
	}
	s, _ := all[name].(string)
	return s
}

func TestV3Answers(t *testing.T) {
	b := newBench(t)
	b.openLink(order("o1", "9.90"), nil)
	a := b.sendV3(b.v3("POST", "/v3/alipay/trade/query", `{"out_trade_no":"o1"}`))
	if a.status != 200 || a.field("trade_status") != "WAIT_BUYER_PAY" || a.field("code") != "" || !a.genuine(b) {
		t.Errorf("answered %d %s, genuine %v", a.status, a.body, a.genuine(b))
	}
	b.pay("o1")
	a = b.sendV3(b.v3("POST", "/v3/alipay/trade/refund", `{"out_trade_no":"o1","refund_amount":1.5,"out_request_no":"r1"}`))
	if a.status != 200 || a.field("refund_fee") != "1.50" || !a.genuine(b) {
		t.Errorf("the refund answered %d %s", a.status, a.body)
	}
	b.tomorrow()
	a = b.sendV3(b.v3("GET", "/v3/alipay/data/dataservice/bill/downloadurl/query?bill_type=trade&bill_date="+chinaDay(b.world.Now().Add(-24*time.Hour)), ""))
	if a.status != 200 || a.field("bill_download_url") == "" {
		t.Errorf("the bill answered %d %s", a.status, a.body)
	}
}

func TestWhatV3Refuses(t *testing.T) {
	b := newBench(t)
	const path, body = "/v3/alipay/trade/query", `{"out_trade_no":"o1"}`
	old := strconv.FormatInt(time.Now().Add(-11*time.Minute).UnixMilli(), 10)
	tests := []struct {
		name   string
		change func(c *v3Call)
		status int
		code   string
	}{
		{"no Authorization", func(c *v3Call) { c.header["Authorization"] = "-" }, 400, "missing-timestamp"},
		{"another scheme", func(c *v3Call) { c.header["Authorization"] = "Basic a,sign=b" }, 400, "invalid-signature-type"},
		{"an unknown app", func(c *v3Call) { c.parts[0] = "app_id=2021000000000000" }, 400, "invalid-app-id"},
		{"no timestamp", func(c *v3Call) { c.parts = c.parts[:2] }, 400, "missing-timestamp"},
		{"an old timestamp", func(c *v3Call) { c.parts[2] = "timestamp=" + old }, 400, "invalid-timestamp"},
		{"a wrong signature", func(c *v3Call) {
			c.header["Authorization"] = "ALIPAY-SHA256withRSA " + strings.Join(c.parts, ",") + ",sign=AAAA"
		}, 401, "invalid-signature"},
		{"no nonce", func(c *v3Call) { c.parts[1] = "x=y" }, 400, "suspected-attack"},
		{"an unknown method", func(c *v3Call) { c.path = "/v3/alipay/trade/fly" }, 400, "invalid-method"},
		{"a page method", func(c *v3Call) { c.path = "/v3/alipay/trade/page/pay" }, 400, "invalid-method"},
		{"no JSON", func(c *v3Call) { c.body = "{" }, 400, "illegal-json"},
		{"an unknown order", func(*v3Call) {}, 400, "ACQ.TRADE_NOT_EXIST"},
		{"an unknown merchant", func(c *v3Call) { c.header["alipay-app-auth-token"] = "x" }, 400, "invalid-app-auth-token"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := b.v3("POST", path, body)
			tt.change(&c)
			a := b.sendV3(c)
			if a.status != tt.status || a.field("code") != tt.code || a.field("message") == "" || !strings.Contains(a.body, `"links":[{`) {
				t.Errorf("answered %d %s", a.status, a.body)
			}
			if a.header.Get("alipay-signature") != "" {
				t.Error("an error is signed")
			}
		})
	}
	c := b.v3("POST", path, body)
	b.sendV3(c)
	if again := b.sendV3(c); again.field("code") != "suspected-attack" {
		t.Errorf("a repeated nonce answered %s", again.body)
	}
}

func TestV3Encrypted(t *testing.T) {
	b := newBench(t)
	b.openLink(order("o1", "1"), nil)
	key := aesKey(t, b.creds.AESKey)
	c := b.v3("POST", "/v3/alipay/trade/query", encrypted(t, key, `{"out_trade_no":"o1"}`))
	c.header["alipay-encrypt-type"], c.header["Content-Type"] = "AES", "text/plain"
	a := b.sendV3(c)
	if a.status != 200 || !a.genuine(b) || !strings.Contains(decrypted(t, key, a.body), `"trade_status":"WAIT_BUYER_PAY"`) {
		t.Errorf("answered %d %s", a.status, a.body)
	}
}

func TestV3InCertificateMode(t *testing.T) {
	b := newBench(t)
	extra, alipaySN := b.certified(t)
	b.openLink(order("o1", "1"), extra)
	c := b.v3("POST", "/v3/alipay/trade/query", `{"out_trade_no":"o1"}`)
	if a := b.sendV3(c); a.field("code") != "app-cert-not-exist" {
		t.Errorf("without a certificate it answered %s", a.body)
	}
	c = b.v3("POST", "/v3/alipay/trade/query", `{"out_trade_no":"o1"}`)
	c.parts = append(c.parts, "app_cert_sn="+extra["app_cert_sn"])
	if a := b.sendV3(c); a.status != 200 || a.header.Get("alipay-sn") != alipaySN || !a.genuine(b) {
		t.Errorf("answered %d %s", a.status, a.body)
	}
}
