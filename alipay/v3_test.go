package alipay_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

// serveV3 runs a gateway of version 3 that checks the first line and body.
func serveV3(t *testing.T, line, body string, status int, answer string) *alipay.Client {
	t.Helper()
	return serve(t, platform().GatewayV3(func(call alipaytest.CallV3) (int, string) {
		if got := call.Verb + " " + call.URI; got != line {
			t.Errorf("%s, want %s", got, line)
		}
		if call.Body != body {
			t.Errorf("body\n got %s\nwant %s", call.Body, body)
		}
		return status, answer
	}), nil).V3()
}

func TestV3Calls(t *testing.T) {
	c := serveV3(t, "POST /v3/alipay/trade/query", `{"out_trade_no":"1"}`, 200,
		`{"trade_status":"TRADE_SUCCESS","total_amount":"12.34","out_trade_no":"1"}`)
	trade, err := c.Query(t.Context(), someTrade)
	if err != nil || !trade.Status.Paid() || trade.TotalAmount != 1234 || trade.TraceID != "0b1234567890abcdef" {
		t.Errorf("trade = %+v, %v", trade, err)
	}
	c = serveV3(t, "POST /v3/alipay/trade/precreate", `{"notify_url":"http://a.example/n?a=1&b=<2>","out_trade_no":"20260301000001",`+
		`"subject":"tea","total_amount":"12.34"}`, 200, `{"qr_code":"https://qr.alipay.com/bax00001"}`)
	code, err := c.Precreate(t.Context(), alipay.Precreate{Order: tea(), NotifyURL: "http://a.example/n?a=1&b=<2>"})
	if err != nil || code.QRCode == "" {
		t.Errorf("code = %+v, %v", code, err)
	}
	c = serveV3(t, "GET /v3/alipay/data/dataservice/bill/downloadurl/query?bill_date=2026-03-01&bill_type=trade", "", 200,
		`{"bill_download_url":"http://a.example/b"}`)
	if link, err := c.BillURL(t.Context(), alipay.BillQuery{Type: alipay.BillTrade, Date: "2026-03-01"}); err != nil || link.URL == "" {
		t.Errorf("link = %+v, %v", link, err)
	}
	c = serveV3(t, "POST /v3/alipay/system/oauth/token", `{"code":"c1","grant_type":"authorization_code"}`, 200, fixture(t, "oauth_token.json"))
	if token, err := c.UserToken(t.Context(), "c1"); err != nil || token.AccessToken == "" {
		t.Errorf("token = %+v, %v", token, err)
	}
	c = serveV3(t, "POST /v3/alipay/user/info/share?auth_token=a+1", "", 200, `{"nick_name":"茶友"}`)
	if user, err := c.UserInfo(t.Context(), "a 1"); err != nil || user.NickName != "茶友" {
		t.Errorf("user = %+v, %v", user, err)
	}
	c = serveV3(t, "POST /v3/alipay/trade/close", `{"out_trade_no":"1"}`, 204, "")
	if _, err := c.Close(t.Context(), alipay.Close{TradeRef: alipay.TradeRef{OutTradeNo: "1"}}); !errors.Is(err, alipay.ErrSignature) {
		t.Errorf("unsigned 204: %v", err)
	}
}

func TestV3Pay(t *testing.T) {
	body := `{"auth_code":"280000000000000001","out_trade_no":"20260301000001","scene":"bar_code","subject":"tea","total_amount":"12.34"}`
	for answer, paid := range map[string]bool{
		`{"gmt_payment":"2026-03-01 12:05:06","trade_no":"1"}`: true, `{"trade_no":"1"}`: false,
	} {
		c := serveV3(t, "POST /v3/alipay/trade/pay", body, 200, answer)
		out, err := c.Pay(t.Context(), alipay.Pay{Order: tea(), AuthCode: "280000000000000001"})
		if err != nil || out.Succeeded() != paid || out.Waiting() == paid {
			t.Errorf("%s: %+v, %v", answer, out, err)
		}
	}
}

func TestV3Failures(t *testing.T) {
	refused := `{"code":"ACQ.TRADE_NOT_EXIST","message":"交易不存在","links":[{"link":"https://a.example","desc":"d"}]}`
	for name, tt := range map[string]struct {
		status        int
		answer, class string
		is            error
	}{
		"refused":        {400, refused, "rejected", alipay.TradeNotExist},
		"unknown app":    {400, `{"code":"invalid-app-id","message":"m"}`, "rejected", alipay.InvalidAppID},
		"too fast":       {429, `{"code":"app-call-limited","message":"m"}`, "retryable", alipay.SubCode("isv.app-call-limited")},
		"trouble":        {500, `{"code":"unknow-error","message":"m"}`, "retryable unknown", alipay.UnknownError},
		"system error":   {400, `{"code":"ACQ.SYSTEM_ERROR","message":"m"}`, "retryable unknown", alipay.SystemError},
		"no code":        {502, `<html>`, "retryable unknown", alipay.ErrMalformed},
		"not yet":        {202, `{}`, "retryable unknown", alipay.ErrSignature},
		"not JSON":       {200, `hello`, "retryable unknown", alipay.ErrMalformed},
		"not an object":  {200, `"x"`, "retryable unknown", alipay.ErrMalformed},
		"amount unclear": {200, `{"total_amount":"x"}`, "retryable unknown", alipay.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := serveV3(t, "POST /v3/alipay/trade/query", `{"out_trade_no":"1"}`, tt.status, tt.answer).Query(t.Context(), someTrade)
			if e := asError(t, err); class(e) != tt.class || !errors.Is(err, tt.is) {
				t.Errorf("%v is %q", err, class(e))
			}
		})
	}
}

func TestV3RepliesAreVerified(t *testing.T) {
	const body = `{"trade_status":"TRADE_SUCCESS"}`
	for name, change := range map[string]func(h http.Header) string{
		"unsigned":     func(h http.Header) string { h.Del("alipay-signature"); return body },
		"other nonce":  func(h http.Header) string { h.Set("alipay-nonce", "x"); return body },
		"other time":   func(h http.Header) string { h.Set("alipay-timestamp", "1"); return body },
		"changed body": func(h http.Header) string { return strings.Replace(body, "SUCCESS", "SUCCES5", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				platform().SignV3(w.Header(), body)
				io.WriteString(w, change(w.Header()))
			}), nil).V3()
			_, err := c.Query(t.Context(), someTrade)
			if e := asError(t, err); !errors.Is(err, alipay.ErrSignature) || !e.Unknown() {
				t.Errorf("err = %v", err)
			}
		})
	}
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		platform().SignV3(w.Header(), "something else")
		w.WriteHeader(400)
		io.WriteString(w, `{"code":"ACQ.TRADE_NOT_EXIST","message":"m"}`)
	}), nil).V3()
	if _, err := c.Query(t.Context(), someTrade); errors.Is(err, alipay.TradeNotExist) || !errors.Is(err, alipay.ErrSignature) {
		t.Errorf("refusal with a wrong signature: %v", err)
	}
}

func TestV3ForMerchantAndEncrypted(t *testing.T) {
	c := serve(t, platform().GatewayV3(func(call alipaytest.CallV3) (int, string) {
		if call.Header.Get("alipay-app-auth-token") != "t1" || call.Header.Get("alipay-encrypt-type") != "AES" {
			t.Errorf("header = %v", call.Header)
		}
		if !strings.HasPrefix(call.Header.Get("Content-Type"), "text/plain") || crypt(t, call.Body, false) != `{"out_trade_no":"1"}` {
			t.Errorf("body = %s", call.Body)
		}
		return 200, crypt(t, `{"trade_status":"TRADE_SUCCESS"}`, true)
	}), func(cfg *alipay.Config) { cfg.ContentKey = contentKey })
	c, err := c.Encrypted()
	if err != nil {
		t.Fatal(err)
	}
	trade, err := c.V3().ForMerchant("t1").Query(t.Context(), someTrade)
	if err != nil || !trade.Status.Paid() {
		t.Errorf("trade = %+v, %v", trade, err)
	}
}

func TestV3NeedsRSA2(t *testing.T) {
	c := newClient(t, func(cfg *alipay.Config) { cfg.SignType = alipay.RSA }).V3()
	if _, err := c.Query(t.Context(), someTrade); !errors.Is(err, alipay.ErrInvalid) {
		t.Errorf("err = %v", err)
	}
	if _, err := c.PagePayURL(alipay.PagePay{Order: tea()}); err != nil {
		t.Errorf("page pay: %v", err)
	}
}

func TestV3InCertificateMode(t *testing.T) {
	w := certs()(t)
	const body = `{"trade_status":"TRADE_SUCCESS"}`
	c := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Authorization"), ",app_cert_sn="+snOf(rootDN, "11")+",") {
			t.Errorf("Authorization = %s", r.Header.Get("Authorization"))
		}
		if r.Header.Get("alipay-root-cert-sn") != snOf(rootDN, "7") {
			t.Errorf("root serial = %s", r.Header.Get("alipay-root-cert-sn"))
		}
		rw.Header().Set("alipay-sn", snOf(rootDN, "12"))
		rw.Header().Set("alipay-timestamp", "1")
		rw.Header().Set("alipay-nonce", "n")
		rw.Header().Set("alipay-signature", w.sign(t, w.key, "1\nn\n"+body+"\n"))
		io.WriteString(rw, body)
	}), func(cfg *alipay.Config) { cfg.Signer, cfg.PlatformKey, cfg.Certificates = w.appKey, nil, w.parse(t) })
	if trade, err := c.V3().Query(t.Context(), someTrade); err != nil || !trade.Status.Paid() {
		t.Errorf("trade = %+v, %v", trade, err)
	}
}
