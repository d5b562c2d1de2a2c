package thirdparty_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

const (
	hardSubject = `测试 100% & "更多"+ <b>`
	aesKey      = "AAECAwQFBgcICQoLDA0ODw=="
	good        = `{"out_trade_no":"ours_1","trade_no":"T1","trade_status":"TRADE_SUCCESS","total_amount":"0.01","buyer_logon_id":"b***"}`
	goodOld     = `{"code":"10000","msg":"Success","out_trade_no":"ours_1","trade_no":"T1","trade_status":"TRADE_SUCCESS","total_amount":"0.01"}`
	moment, odd = "1790000000000", "abcdef"
)

// TestAlipayClientAndNodeSDKVerifyEachOther holds both clients to one app key:
// what ours signs Node must verify. For the reverse Node signs as the app, for
// alipaytest to verify, and as the platform, for our client to verify.
func TestAlipayClientAndNodeSDKVerifyEachOther(t *testing.T) {
	t.Parallel()
	m := newMutual(t)
	story := tell(t, "alipay-mutual.cjs", m.given(t))
	wanted := []want{
		{step: "ours: encrypted content", is: fields{"out_trade_no": "ours_1"}},
		{step: "theirs: page pay by GET", is: fields{"": "*"}},
		{step: "theirs: page pay by POST", is: fields{"": "*"}},
		{step: "theirs: app pay", is: fields{"": "*"}},
		{step: "theirs: call", is: fields{"outTradeNo": "node-1", "subject": hardSubject}},
		{step: "theirs: V3 call", is: fields{"heard": `POST {"out_trade_no":"测试 100% & \"更多\"+ <b>"}`}},
		{step: "theirs: V3 call by GET", is: fields{"heard": "GET "}},
		{step: "theirs: signatures", is: fields{"notice": "*", "reply": "*", "v3": "*"}},
		{step: "theirs: encrypted reply", is: fields{"sealed": "*", "sign": "*"}},
	}
	for _, name := range []string{
		"ours: page pay", "ours: wap pay", "ours: app pay", "ours: call", "ours: encrypted call", "ours: V3 request",
		"the platform: notice", "the platform: return",
	} {
		wanted = append(wanted, want{step: name, is: fields{"genuine": "true", "changed": "false"}})
	}
	check(t, story, wanted)
	m.verify(t, story)
}

// mutual is a platform of alipaytest with its app, and our client of the same
// app, which trusts a platform whose private key Node has.
type mutual struct {
	platform *alipaytest.Platform
	appKey   *rsa.PrivateKey
	byNode   stranger
	ours     *alipay.Client
	wire     *wire
}

func newMutual(t *testing.T) *mutual {
	t.Helper()
	m := &mutual{platform: alipaytest.NewPlatform(), byNode: newStranger(t), wire: &wire{}}
	key, err := alipay.ParsePublicKey([]byte(m.byNode.public))
	if err != nil {
		t.Fatal(err)
	}
	config := m.platform.Config()
	m.appKey = config.Signer.(*rsa.PrivateKey)
	config.PlatformKey, config.ContentKey, config.HTTPClient = key, aesKey, &http.Client{Transport: m.wire}
	if m.ours, err = alipay.New(config); err != nil {
		t.Fatal(err)
	}
	return m
}

// given is what the script needs to know.
func (m *mutual) given(t *testing.T) map[string]any {
	t.Helper()
	desk := httptest.NewServer(m.desk())
	t.Cleanup(desk.Close)
	encode := base64.StdEncoding.EncodeToString
	signed := m.signedByUs(t)
	return map[string]any{
		"appId": alipaytest.AppID, "aesKey": aesKey, "gateway": desk.URL + "/gateway.do", "endpoint": desk.URL,
		"appKey": encode(x509.MarshalPKCS1PrivateKey(m.appKey)), "appPublic": publicText(t, &m.appKey.PublicKey),
		"platformPublic": publicText(t, m.platform.PublicKey()), "platformKey": m.byNode.pkcs1,
		"signedByUs": signed, "encrypted": signed["encrypted call"], "v3": m.v3Request(t),
		"toldByPlatform": map[string]string{
			"notice": string(m.platform.Notice(noticeFields())),
			"return": m.platform.ReturnQuery(alipaytest.ReturnFields("ours_1", 1, anyTime())),
		},
		"toSign":    map[string]string{"notice": sortedPairs(noticeFields()), "reply": goodOld, "v3": moment + "\n" + odd + "\n" + good + "\n"},
		"toEncrypt": goodOld,
	}
}

// desk verifies what Node signs as the app, and repeats what it heard.
func (m *mutual) desk() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/gateway.do", m.platform.Gateway(func(c alipaytest.Call) string {
		return `{"code":"10000","msg":"Success",` + strings.TrimPrefix(c.Content, "{")
	}))
	mux.Handle("/v3/", m.platform.GatewayV3(func(c alipaytest.CallV3) (int, string) {
		heard, err := json.Marshal(map[string]string{"heard": c.Verb + " " + c.Body})
		if err != nil {
			return http.StatusInternalServerError, err.Error()
		}
		return http.StatusOK, string(heard)
	}))
	return mux
}

// signedByUs is one of each kind of text that the client signs, as a query.
func (m *mutual) signedByUs(t *testing.T) map[string]string {
	t.Helper()
	order := alipay.Order{OutTradeNo: "ours_1", TotalAmount: 1, Subject: hardSubject, PassbackParams: "a=1&b=中"}
	page, err1 := m.ours.PagePayURL(alipay.PagePay{Order: order, NotifyURL: "http://shop.example/n", ReturnURL: "http://shop.example/r"})
	wap, err2 := m.ours.WapPayURL(alipay.WapPay{Order: order, ReturnURL: "http://shop.example/r"})
	app, err3 := m.ours.AppPayOrder(alipay.AppPay{Order: order})
	secret, err4 := m.ours.Encrypted()
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return map[string]string{
		"page pay": page[strings.Index(page, "?")+1:], "wap pay": wap[strings.Index(wap, "?")+1:], "app pay": app,
		"call": m.request(t, m.ours), "encrypted call": m.request(t, secret),
	}
}

// request is what a call sends, query and form together.
func (m *mutual) request(t *testing.T, c *alipay.Client) string {
	t.Helper()
	m.wire.answers(nil, "")
	if _, err := c.Query(t.Context(), anyQuery()); err == nil {
		t.Error("an empty reply was taken for a good one")
	}
	return m.wire.sent.URL.RawQuery + "&" + m.wire.body
}

func (m *mutual) v3Request(t *testing.T) map[string]string {
	t.Helper()
	m.request(t, m.ours.V3())
	r := m.wire.sent
	return map[string]string{
		"verb": r.Method, "uri": r.URL.RequestURI(), "body": m.wire.body, "authorization": r.Header.Get("Authorization"),
	}
}

// verify holds what Node has signed against our own verification.
func (m *mutual) verify(t *testing.T, story []step) {
	for _, name := range []string{"theirs: page pay by GET", "theirs: page pay by POST", "theirs: app pay"} {
		t.Run(name+", verified", func(t *testing.T) {
			params, err := url.ParseQuery(text(t, story, name, ""))
			if err != nil {
				t.Fatal(err)
			}
			if call, err := m.platform.CheckParams(params); err != nil || !strings.Contains(call.Content, `\"更多\"+ <b>`) {
				t.Errorf("%+v, %v", call, err)
			}
			params.Set("app_id", "2021000000000000")
			if _, err := m.platform.CheckParams(params); err == nil {
				t.Error("a changed request was taken for a good one")
			}
		})
	}
	t.Run("theirs: notice, verified", func(t *testing.T) { m.verifyNotice(t, text(t, story, "theirs: signatures", "notice")) })
	t.Run("theirs: reply, verified", func(t *testing.T) {
		m.verifyReply(t, text(t, story, "theirs: signatures", "reply"), goodOld, strings.Replace(goodOld, "0.01", "9.99", 1))
	})
	t.Run("theirs: encrypted reply, verified", func(t *testing.T) {
		sealed := `"` + text(t, story, "theirs: encrypted reply", "sealed") + `"`
		m.verifyReply(t, text(t, story, "theirs: encrypted reply", "sign"), sealed, `"AAAA`+sealed[5:])
	})
	t.Run("theirs: V3 reply, verified", func(t *testing.T) { m.verifyV3(t, text(t, story, "theirs: signatures", "v3")) })
}

func (m *mutual) verifyNotice(t *testing.T, signature string) {
	all := url.Values{"sign": {signature}, "sign_type": {"RSA2"}}
	for name, value := range noticeFields() {
		all.Set(name, value)
	}
	if n, err := m.ours.ParseNotice([]byte(all.Encode())); err != nil || n.Get("subject") != hardSubject {
		t.Errorf("%+v, %v", n, err)
	}
	all.Set("total_amount", "9.99")
	if _, err := m.ours.ParseNotice([]byte(all.Encode())); err == nil {
		t.Error("a changed notice was taken for a good one")
	}
}

func (m *mutual) verifyReply(t *testing.T, signature, content, changed string) {
	m.wire.answers(nil, oldReply(content, signature))
	if trade, err := m.ours.Query(t.Context(), anyQuery()); err != nil || trade.TotalAmount != 1 {
		t.Errorf("%+v, %v", trade, err)
	}
	m.wire.answers(nil, oldReply(changed, signature))
	if _, err := m.ours.Query(t.Context(), anyQuery()); err == nil {
		t.Error("a changed reply was taken for a good one")
	}
}

func (m *mutual) verifyV3(t *testing.T, signature string) {
	headers := map[string]string{"alipay-timestamp": moment, "alipay-nonce": odd, "alipay-signature": signature}
	m.wire.answers(headers, good)
	if trade, err := m.ours.V3().Query(t.Context(), anyQuery()); err != nil || trade.TotalAmount != 1 {
		t.Errorf("%+v, %v", trade, err)
	}
	m.wire.answers(headers, strings.Replace(good, "0.01", "9.99", 1))
	if _, err := m.ours.V3().Query(t.Context(), anyQuery()); err == nil {
		t.Error("a changed reply was taken for a good one")
	}
}

func oldReply(content, signature string) string {
	return fmt.Sprintf(`{"alipay_trade_query_response":%s,"sign":"%s"}`, content, signature)
}

func anyQuery() alipay.Query {
	return alipay.Query{TradeRef: alipay.TradeRef{OutTradeNo: "ours_1"}}
}

func anyTime() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

func noticeFields() map[string]string {
	all := alipaytest.PaidNotice("ours_1", 1, anyTime())
	all["subject"] = hardSubject
	return all
}
