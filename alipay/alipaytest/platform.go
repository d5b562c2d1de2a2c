// Package alipaytest plays Alipay's side in the tests of programs that use package
// alipay: it signs notices, return URLs and replies with a key of its own, and
// checks the signature of requests.
//
// It is not an emulator. It has no trades and no rules; what it says is what the
// test hands to it. Its signing is written apart from package alipay, so that one
// mistake can't hide on both sides.
//
// What surprises: every [Platform] has fresh keys, which take some tenths of a
// second to make. Share one among the tests of a package.
package alipaytest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/paypush/paypush/alipay"
)

// Numbers of the app and the seller that [Platform.Config] and the ready-made
// fields use.
const (
	AppID    = "9021000000000001"
	SellerID = "2088000000000001"
)

// Platform holds the keys of a stand-in for Alipay and of one app known to it. It
// is safe for concurrent use.
type Platform struct {
	key *rsa.PrivateKey
	app *rsa.PrivateKey
}

// NewPlatform makes the keys. It panics if the machine has no randomness.
func NewPlatform() *Platform {
	return &Platform{key: newKey(), app: newKey()}
}

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(fmt.Sprintf("alipaytest: generate a key: %v", err))
	}
	return key
}

// PublicKey answers the key that verifies what the platform signs.
func (p *Platform) PublicKey() *rsa.PublicKey { return &p.key.PublicKey }

// Config answers a configuration whose client trusts this platform. Its gateway is
// to be set by the test, to an address of its own.
func (p *Platform) Config() alipay.Config {
	return alipay.Config{
		AppID:       AppID,
		SellerID:    SellerID,
		Gateway:     "http://127.0.0.1/gateway.do",
		Signer:      p.app,
		PlatformKey: p.PublicKey(),
	}
}

// PaidNotice answers the fields of the notice of a payment made at a time, as real
// ones have them. The test may change them before they are signed.
func PaidNotice(outTradeNo string, amount alipay.Fen, at time.Time) map[string]string {
	when := at.In(alipay.Beijing()).Format("2006-01-02 15:04:05")
	day := at.In(alipay.Beijing()).Format("20060102")
	yuan := amount.String()
	return map[string]string{
		"app_id": AppID, "auth_app_id": AppID, "charset": "utf-8", "version": "1.0",
		"notify_id": day + "00222000000000000000000000", "notify_type": "trade_status_sync", "notify_time": when,
		"trade_no": day + "22001400000000000001", "out_trade_no": outTradeNo, "trade_status": "TRADE_SUCCESS",
		"total_amount": yuan, "receipt_amount": yuan, "buyer_pay_amount": yuan, "invoice_amount": yuan,
		"point_amount": "0.00", "fund_bill_list": `[{"amount":"` + yuan + `","fundChannel":"ALIPAYACCOUNT"}]`,
		"seller_id": SellerID, "seller_email": "seller@example.com",
		"buyer_id": "2088000000000002", "buyer_logon_id": "buy***@example.com",
		"subject": "测试商品", "gmt_create": when, "gmt_payment": when,
	}
}

// ReturnFields answers the fields with which a browser comes back from a page
// payment.
func ReturnFields(outTradeNo string, amount alipay.Fen, at time.Time) map[string]string {
	return map[string]string{
		"app_id": AppID, "auth_app_id": AppID, "charset": "utf-8", "version": "1.0",
		"method": "alipay.trade.page.pay.return", "out_trade_no": outTradeNo, "total_amount": amount.String(),
		"trade_no":  at.In(alipay.Beijing()).Format("20060102") + "22001400000000000001",
		"seller_id": SellerID, "timestamp": at.In(alipay.Beijing()).Format("2006-01-02 15:04:05"),
	}
}

// Notice signs the fields and answers the body that would be posted.
func (p *Platform) Notice(fields map[string]string) []byte {
	return []byte(p.form(fields))
}

// ReturnQuery signs the fields and answers the query that would be added to a
// return URL.
func (p *Platform) ReturnQuery(fields map[string]string) string {
	return p.form(fields)
}

// Reply signs content, a JSON object, as the gateway's answer to a method.
func (p *Platform) Reply(method, content string) []byte {
	key := strings.ReplaceAll(method, ".", "_") + "_response"
	return fmt.Appendf(nil, `{%q:%s,"sign":%q}`, key, content, p.Sign(content))
}

// Sign answers the base64 signature of a text by the platform, SHA256withRSA.
func (p *Platform) Sign(content string) string {
	sum := sha256.Sum256([]byte(content))
	sig, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(fmt.Sprintf("alipaytest: sign: %v", err))
	}
	return base64.StdEncoding.EncodeToString(sig)
}

func (p *Platform) form(fields map[string]string) string {
	var pairs []string
	values := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		values.Set(name, fields[name])
		if name != "sign" && name != "sign_type" {
			pairs = append(pairs, name+"="+fields[name])
		}
	}
	values.Set("sign_type", "RSA2")
	values.Set("sign", p.Sign(strings.Join(pairs, "&")))
	return values.Encode()
}
