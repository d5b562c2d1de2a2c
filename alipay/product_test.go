package alipay_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

func tea() alipay.Order {
	return alipay.Order{OutTradeNo: "20260301000001", TotalAmount: 1234, Subject: "tea"}
}

func TestAppPayOrder(t *testing.T) {
	text, err := newClient(t, nil).AppPayOrder(alipay.AppPay{Order: someOrder(), NotifyURL: "http://a.example/n"})
	if err != nil {
		t.Fatal(err)
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	call, err := platform().CheckParams(values)
	if err != nil {
		t.Fatal(err)
	}
	if call.Method != "alipay.trade.app.pay" || !strings.Contains(call.Content, `"product_code":"QUICK_MSECURITY_PAY"`) {
		t.Errorf("%s %s", call.Method, call.Content)
	}
	if !strings.HasPrefix(text, "app_id=") || strings.ContainsAny(text, "+ ") {
		t.Errorf("order string = %s", text)
	}
}

func TestParseAppResult(t *testing.T) {
	c := newClient(t, nil)
	content := `{"code":"10000","msg":"Success","app_id":"` + alipaytest.AppID + `","out_trade_no":"1","trade_no":"2",` +
		`"total_amount":"12.34","seller_id":"` + alipaytest.SellerID + `"}`
	result := string(platform().Reply("alipay.trade.app.pay", content))
	out, err := c.ParseAppResult([]byte(strings.TrimSuffix(result, "}") + `,"sign_type":"RSA2"}`))
	if err != nil || out.OutTradeNo != "1" || out.TotalAmount != 1234 || out.Code != "10000" {
		t.Errorf("result = %+v, %v", out, err)
	}
	if _, err := c.ParseAppResult([]byte(strings.Replace(result, "12.34", "0.01", 1))); !errors.Is(err, alipay.ErrSignature) {
		t.Errorf("forged: %v", err)
	}
	foreign := platform().Reply("alipay.trade.app.pay", strings.Replace(content, alipaytest.AppID, "1", 1))
	if _, err := c.ParseAppResult(foreign); !errors.Is(err, alipay.ErrAccount) {
		t.Errorf("foreign: %v", err)
	}
}

func TestPayByCode(t *testing.T) {
	c := expecting(t, "alipay.trade.pay", `{"out_trade_no":"20260301000001","total_amount":"12.34","subject":"tea",`+
		`"auth_code":"280000000000000001","scene":"bar_code"}`, fixture(t, "pay_success.json"))
	p := alipay.Pay{Order: tea(), AuthCode: "280000000000000001"}
	out, err := c.Pay(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	want := time.Date(2026, 3, 1, 4, 5, 6, 0, time.UTC)
	if !out.Succeeded() || out.Waiting() || out.ReceiptAmount != 1234 || !out.PaidAt.Equal(want) {
		t.Errorf("payment = %+v", out)
	}
	out, err = answering(t, fixture(t, "pay_waiting.json")).Pay(t.Context(), p)
	if err != nil || out.Succeeded() || !out.Waiting() || out.TotalAmount != 1234 {
		t.Errorf("waiting = %+v, %v", out, err)
	}
	_, err = answering(t, `{"code":"20000","msg":"m","sub_code":"aop.ACQ.SYSTEM_ERROR"}`).Pay(t.Context(), p)
	if got := class(asError(t, err)); got != "unknown" {
		t.Errorf("trouble is %q", got)
	}
	if _, err := c.Pay(t.Context(), alipay.Pay{Order: tea()}); !errors.Is(err, alipay.ErrInvalid) {
		t.Errorf("without a code: %v", err)
	}
}

func TestCreate(t *testing.T) {
	c := expecting(t, "alipay.trade.create", `{"out_trade_no":"20260301000001","total_amount":"12.34","subject":"tea",`+
		`"buyer_id":"2088000000000002","product_code":"JSAPI_PAY"}`, `{"code":"10000","msg":"Success","trade_no":"2026"}`)
	out, err := c.Create(t.Context(), alipay.Create{Order: tea(), BuyerID: "2088000000000002"})
	if err != nil || out.TradeNo != "2026" {
		t.Errorf("created = %+v, %v", out, err)
	}
	if _, err := c.Create(t.Context(), alipay.Create{Order: tea()}); !errors.Is(err, alipay.ErrInvalid) {
		t.Errorf("without a buyer: %v", err)
	}
}

func TestOrderWithEverything(t *testing.T) {
	order := tea()
	order.EnablePayChannels = []string{"balance", "moneyFund"}
	order.GoodsDetail = []alipay.GoodsDetail{{GoodsID: "g1", GoodsName: "cup", Quantity: 2, Price: 617}}
	order.ExtendParams = &alipay.ExtendParams{HBFQNum: "3", HBFQSellerPercent: "100"}
	order.BusinessParams = map[string]string{"mc_create_trade_ip": "127.0.0.1"}
	const content = `{"out_trade_no":"20260301000001","total_amount":"12.34","subject":"tea",` +
		`"goods_detail":[{"goods_id":"g1","goods_name":"cup","quantity":2,"price":"6.17"}],` +
		`"extend_params":{"hb_fq_num":"3","hb_fq_seller_percent":"100"},` +
		`"business_params":{"mc_create_trade_ip":"127.0.0.1"},"buyer_open_id":"o1","product_code":"JSAPI_PAY",` +
		`"enable_pay_channels":"balance,moneyFund"}`
	c := expecting(t, "alipay.trade.create", content, `{"code":"10000","msg":"Success"}`)
	if _, err := c.Create(t.Context(), alipay.Create{Order: order, BuyerOpenID: "o1"}); err != nil {
		t.Error(err)
	}
}

func TestExtraFields(t *testing.T) {
	order := tea()
	order.Extra = map[string]any{"settle_info": map[string]any{"settle_period_time": "1d"}, "promo_params": "a&b"}
	const content = `{"out_trade_no":"20260301000001","promo_params":"a&b",` +
		`"settle_info":{"settle_period_time":"1d"},"subject":"tea","total_amount":"12.34"}`
	c := expecting(t, "alipay.trade.precreate", content, `{"code":"10000","msg":"Success"}`)
	if _, err := c.Precreate(t.Context(), alipay.Precreate{Order: order}); err != nil {
		t.Error(err)
	}
	order.Extra = map[string]any{"total_amount": "0.01"}
	if _, err := c.PagePayURL(alipay.PagePay{Order: order}); !errors.Is(err, alipay.ErrInvalid) {
		t.Errorf("a field given twice: %v", err)
	}
	order.Extra = map[string]any{"x": func() {}}
	if _, err := c.PagePayURL(alipay.PagePay{Order: order}); !errors.Is(err, alipay.ErrInvalid) {
		t.Errorf("a field of no JSON: %v", err)
	}
}

// vault signs elsewhere, as a KMS does.
type vault struct {
	key   *rsa.PrivateKey
	fails error
}

func (v vault) Public() crypto.PublicKey { return v.key.Public() }

func (v vault) Sign(r io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if v.fails != nil {
		return nil, v.fails
	}
	return v.key.Sign(r, digest, opts)
}

func TestAnySigner(t *testing.T) {
	key := platform().Config().Signer.(*rsa.PrivateKey)
	c := newClient(t, func(cfg *alipay.Config) { cfg.Signer = vault{key: key} })
	link, err := c.PagePayURL(alipay.PagePay{Order: tea()})
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(link)
	if _, err := platform().CheckParams(u.Query()); err != nil {
		t.Error(err)
	}
	locked := errors.New("vault is locked")
	c = newClient(t, func(cfg *alipay.Config) { cfg.Signer = vault{key: key, fails: locked} })
	for _, c := range []*alipay.Client{c, c.V3()} {
		_, err = c.Query(t.Context(), someTrade)
		if e := asError(t, err); !errors.Is(err, locked) || e.Unknown() || !e.Retryable() {
			t.Errorf("locked vault: %v", err)
		}
	}
}

func TestRSAWithSHA1(t *testing.T) {
	key := testKey(t, 1024)
	c := newClient(t, func(cfg *alipay.Config) { cfg.Signer, cfg.SignType = key, alipay.RSA })
	link, err := c.PagePayURL(alipay.PagePay{Order: tea()})
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(link)
	q := u.Query()
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if name != "sign" {
			pairs = append(pairs, name+"="+q.Get(name))
		}
	}
	sig, err := base64.StdEncoding.DecodeString(q.Get("sign"))
	if err != nil || q.Get("sign_type") != "RSA" {
		t.Fatalf("sign_type %s, %v", q.Get("sign_type"), err)
	}
	sum := sha1.Sum([]byte(strings.Join(pairs, "&")))
	if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA1, sum[:], sig); err != nil {
		t.Error(err)
	}
	if _, err := c.ParseNotice(platform().Notice(paidFields())); err != nil {
		t.Errorf("a notice by the stronger algorithm: %v", err)
	}
}
