package alipay_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func paidFields(changes ...string) map[string]string {
	fields := alipaytest.PaidNotice("20260301000001", 1234, noon)
	for i := 0; i < len(changes); i += 2 {
		if changes[i+1] == "-" {
			delete(fields, changes[i])
			continue
		}
		fields[changes[i]] = changes[i+1]
	}
	return fields
}

func TestParseNotice(t *testing.T) {
	n, err := newClient(t, nil).ParseNotice(platform().Notice(paidFields("passback_params", "k%3Dv%26x%3D1+%25")))
	if err != nil {
		t.Fatal(err)
	}
	if n.OutTradeNo != "20260301000001" || n.TotalAmount != 1234 || n.ReceiptAmount != 1234 || n.Subject != "测试商品" {
		t.Errorf("notice = %+v", n)
	}
	if !n.Paid() || n.Refund() || n.Status != alipay.TradeSuccess || n.SellerID != alipaytest.SellerID {
		t.Errorf("paid %v refund %v status %q seller %q", n.Paid(), n.Refund(), n.Status, n.SellerID)
	}
	if !n.PaidAt.Equal(noon) || n.PaidAt.Location() != time.UTC {
		t.Errorf("paid at %v, want %v", n.PaidAt, noon)
	}
	if n.PassbackParams != "k=v&x=1 %" || n.Get("passback_params") != "k%3Dv%26x%3D1+%25" {
		t.Errorf("passback %q, raw %q", n.PassbackParams, n.Get("passback_params"))
	}
	bills, err := n.FundBills()
	if err != nil || len(bills) != 1 || bills[0] != (alipay.FundBill{Channel: "ALIPAYACCOUNT", Amount: 1234}) {
		t.Errorf("fund bills %v, %v", bills, err)
	}
}

func TestNoticeOddValues(t *testing.T) {
	for name, subject := range map[string]string{
		"percent": "100% off", "encoded twice": "a%2Bb", "plus": "a+b c", "ampersand": "a&b=c;d", "newline": "a\nb", "emoji": "🍵",
	} {
		t.Run(name, func(t *testing.T) {
			n, err := newClient(t, nil).ParseNotice(platform().Notice(paidFields("subject", subject)))
			if err != nil || n.Subject != subject {
				t.Errorf("subject %q, %v", n.Subject, err)
			}
		})
	}
	t.Run("empty values signed", func(t *testing.T) {
		n, err := newClient(t, nil).ParseNotice(platform().Notice(paidFields("refund_fee", "", "body", "")))
		if err != nil || n.Refund() {
			t.Errorf("notice %+v, %v", n, err)
		}
	})
	t.Run("empty values not signed", func(t *testing.T) {
		body := string(platform().Notice(paidFields())) + "&refund_fee=&body="
		n, err := newClient(t, nil).ParseNotice([]byte(body))
		if err != nil || n.Refund() {
			t.Errorf("notice %+v, %v", n, err)
		}
	})
	t.Run("space for plus in the signature", func(t *testing.T) {
		values, _ := url.ParseQuery(string(platform().Notice(paidFields())))
		sign := values.Get("sign")
		values.Del("sign")
		if _, err := newClient(t, nil).ParseNotice([]byte(values.Encode() + "&sign=" + sign)); err != nil {
			t.Error(err)
		}
	})
}

func TestNoticeInGBK(t *testing.T) {
	toGBK := func(s string) string {
		out, err := simplifiedchinese.GBK.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	body := platform().Notice(paidFields("charset", "GBK", "subject", toGBK("测试商品一件"), "body", toGBK("誠")))
	n, err := newClient(t, nil).ParseNotice(body)
	if err != nil {
		t.Fatal(err)
	}
	if n.Subject != "测试商品一件" || n.Body != "誠" || n.Get("subject") != n.Subject {
		t.Errorf("subject %q body %q", n.Subject, n.Body)
	}
}

// Digests are kept for years, so no version may compute another one.
func TestDigestIsOfTheSignedFields(t *testing.T) {
	n, err := newClient(t, nil).ParseNotice(platform().Notice(paidFields("alipay_cert_sn", "1", "body", "", "subject", "a b&c")))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", n.Digest()); got != "e7c0c1837fe02eed9133588e92e68e6c1bb8bf7a28835ad256ddf895792c5732" {
		t.Errorf("digest %s", got)
	}
}

// Who saw a notice can write it down in any number of ways that the signature
// is good for. All of them are that one notice.
func TestNoticeRewrittenHasTheSameDigest(t *testing.T) {
	body := string(platform().Notice(paidFields("subject", "a b")))
	fields := strings.Split(body, "&")
	slices.Reverse(fields)
	c := newClient(t, nil)
	first, err := c.ParseNotice([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, rewritten := range map[string]string{
		"the same bytes": body, "another order": strings.Join(fields, "&"), "another encoding": strings.Replace(body, "out_trade_no=2", "%6fut_trade_no=%32", 1),
		"another space": strings.Replace(body, "a+b", "a%20b", 1), "an empty field": body + "&anything=", "a serial": body + "&alipay_cert_sn=1",
	} {
		t.Run(name, func(t *testing.T) {
			n, err := c.ParseNotice([]byte(rewritten))
			if err != nil || n.Digest() != first.Digest() {
				t.Errorf("another digest, %v", err)
			}
		})
	}
	other, err := c.ParseNotice(platform().Notice(paidFields("subject", "a c")))
	if err != nil || other.Digest() == first.Digest() {
		t.Errorf("another notice has the same digest, %v", err)
	}
}

// What is signed is the fields joined by "&", so that a subject with fields of
// its own lets who saw the notice cut the same signed text at other places: it
// then is about another order. The signature can't tell; the notice says so.
func TestNoticeCutOtherwiseIsAmbiguous(t *testing.T) {
	const subject = "x&out_trade_no=20260301000002&seller_id=" + alipaytest.SellerID + "&total_amount=9999.00&trade_no=1&trade_status=TRADE_SUCCESS&zz="
	c := newClient(t, nil)
	values, err := url.ParseQuery(string(platform().Notice(paidFields("subject", subject))))
	if err != nil {
		t.Fatal(err)
	}
	text := signedText(values)
	cut := url.Values{"sign": values["sign"], "sign_type": values["sign_type"]}
	before, rest, _ := strings.Cut(text, "&notify_type=")
	swallowed, rest, _ := strings.Cut(rest, "&subject=x&")
	rest, tail, _ := strings.Cut(rest, "&zz=")
	for _, field := range append(strings.Split(before, "&"), strings.Split(rest, "&")...) {
		name, value, _ := strings.Cut(field, "=")
		cut.Set(name, value)
	}
	cut.Set("notify_type", swallowed+"&subject=x")
	cut.Set("zz", tail)
	n, err := c.ParseNotice([]byte(cut.Encode()))
	if err != nil {
		return // the better answer
	}
	if n.OutTradeNo == "20260301000002" && !n.Ambiguous() {
		t.Errorf("a notice for %s over %v was made of one for another order", n.OutTradeNo, n.TotalAmount)
	}
	for subject, want := range map[string]bool{"tea": false, "Tom & Jerry": false, "1+1=2": false, "a=b&c": false, "a&b=c": true} {
		n, err := c.ParseNotice(platform().Notice(paidFields("subject", subject)))
		if err != nil || n.Ambiguous() != want {
			t.Errorf("%q: ambiguous %v, %v", subject, !want, err)
		}
	}
}

// signedText joins the fields as the platform signs them.
func signedText(values url.Values) string {
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name != "sign" && name != "sign_type" {
			fields = append(fields, name+"="+values.Get(name))
		}
	}
	return strings.Join(fields, "&")
}

func TestNoticeOfRefundIsNoPayment(t *testing.T) {
	body := platform().Notice(paidFields("refund_fee", "2.34", "gmt_refund", "2026-03-02 08:00:00.123", "out_biz_no", "R1"))
	n, err := newClient(t, nil).ParseNotice(body)
	if err != nil {
		t.Fatal(err)
	}
	want := time.Date(2026, 3, 2, 0, 0, 0, 123e6, time.UTC)
	if n.Paid() || !n.Refund() || n.RefundFee != 234 || n.OutRequestNo != "R1" || !n.RefundedAt.Equal(want) {
		t.Errorf("notice %+v", n)
	}
}

func TestNoticeRefused(t *testing.T) {
	genuine := string(platform().Notice(paidFields()))
	stranger := alipaytest.NewPlatform()
	tests := []struct {
		name string
		body string
		want error
		read bool
	}{
		{"empty", "", alipay.ErrSignature, false},
		{"no signature", "out_trade_no=1", alipay.ErrSignature, false},
		{"not base64", strings.Replace(genuine, "sign=", "sign=*", 1), alipay.ErrSignature, false},
		{"amount changed", strings.Replace(genuine, "total_amount=12.34", "total_amount=1.34", 1), alipay.ErrSignature, false},
		{"field added", genuine + "&trade_status2=x", alipay.ErrSignature, false},
		{"field dropped", strings.Replace(genuine, "&version=1.0", "", 1), alipay.ErrSignature, false},
		{"truncated", genuine[:len(genuine)-40], alipay.ErrSignature, false},
		{"other key", string(stranger.Notice(paidFields())), alipay.ErrSignature, false},
		{"weaker algorithm", strings.Replace(genuine, "sign_type=RSA2", "sign_type=RSA", 1), alipay.ErrSignature, false},
		{"repeated name", genuine + "&total_amount=12.34", alipay.ErrMalformed, false},
		{"repeated, encoded", genuine + "&total%5Famount=0.01", alipay.ErrMalformed, false},
		{"repeated empty", genuine + "&total_amount=", alipay.ErrMalformed, false},
		{"a megabyte", genuine + "&x=" + strings.Repeat("x", 1<<20), alipay.ErrMalformed, false},
		{"many names", genuine + strings.Repeat("&a=1", 300), alipay.ErrMalformed, false},
		{"other app", string(platform().Notice(paidFields("app_id", "1"))), alipay.ErrAccount, true},
		{"other seller", string(platform().Notice(paidFields("seller_id", "2088"))), alipay.ErrAccount, true},
		{"no seller", string(platform().Notice(paidFields("seller_id", "-"))), alipay.ErrAccount, true},
		{"amount unreadable", string(platform().Notice(paidFields("total_amount", "1e3"))), alipay.ErrMalformed, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := newClient(t, nil).ParseNotice([]byte(tt.body))
			if !errors.Is(err, tt.want) {
				t.Errorf("err = %v, want %v", err, tt.want)
			}
			if (n != nil) != tt.read {
				t.Errorf("notice = %+v", n)
			}
		})
	}
}

func TestParseReturn(t *testing.T) {
	c := newClient(t, nil)
	query := platform().ReturnQuery(alipaytest.ReturnFields("20260301000001", 1234, noon))
	for name, q := range map[string]string{
		"as sent": query, "with a question mark": "?" + query, "with own parameters": "lang=zh&" + query,
	} {
		t.Run(name, func(t *testing.T) {
			r, err := c.ParseReturn(q)
			if err != nil {
				t.Fatal(err)
			}
			if r.OutTradeNo != "20260301000001" || r.TotalAmount != 1234 || !r.Time.Equal(noon) {
				t.Errorf("return = %+v", r)
			}
		})
	}
	forged := strings.Replace(query, "total_amount=12.34", "total_amount=0.01", 1)
	if r, err := c.ParseReturn(forged); r != nil || !errors.Is(err, alipay.ErrSignature) {
		t.Errorf("forged: %+v, %v", r, err)
	}
}

func TestReturnReplayedAsNoticeIsNotPaid(t *testing.T) {
	fields := alipaytest.ReturnFields("20260301000001", 1234, noon)
	n, err := newClient(t, nil).ParseNotice([]byte(platform().ReturnQuery(fields)))
	if err == nil && n.Paid() {
		t.Error("a return URL posted as a notice counts as a payment")
	}
}

func TestNoticeAllocations(t *testing.T) {
	c, body := newClient(t, nil), platform().Notice(paidFields())
	if n := testing.AllocsPerRun(100, func() { c.ParseNotice(body) }); n > 30 {
		t.Errorf("%v allocations, at most 30 are allowed", n)
	}
}

func FuzzParseNotice(f *testing.F) {
	c := newClient(f, nil)
	fields := paidFields()
	f.Add(platform().Notice(fields))
	f.Add([]byte("a=%zz&b=+&&=&c"))
	values := url.Values{}
	for name := range maps.Keys(fields) {
		values.Set(name, "%")
	}
	f.Add([]byte(values.Encode()))
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := c.ParseNotice(body)
		if err == nil && n.AppID != alipaytest.AppID {
			t.Errorf("accepted a notice of app %q", n.AppID)
		}
		if err != nil && !errors.Is(err, alipay.ErrSignature) && !errors.Is(err, alipay.ErrMalformed) && !errors.Is(err, alipay.ErrAccount) {
			t.Errorf("error without a sentinel: %v", err)
		}
	})
}

func BenchmarkParseNotice(b *testing.B) {
	c, body := newClient(b, nil), platform().Notice(paidFields())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.ParseNotice(body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBareVerification(b *testing.B) {
	key := platform().PublicKey()
	sig, err := base64.StdEncoding.DecodeString(platform().Sign("content"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		sum := sha256.Sum256([]byte("content"))
		if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig); err != nil {
			b.Fatal(err)
		}
	}
}
