package thirdparty_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestAlipayGoSDKs(t *testing.T) {
	t.Parallel()
	bin := goSDK(t)
	for _, run := range []struct {
		name, story string
		certMode    bool
		wanted      []want
	}{
		{"gopay in key mode", "gopay", false, gopayDay()},
		{"gopay in certificate mode", "gopay", true, gopayDay()},
		{"gopay by V3", "gopayv3", true, gopayV3Day()},
		{"smartwalle in key mode", "smartwalle", false, smartwalleDay()},
		{"smartwalle in certificate mode", "smartwalle", true, smartwalleDay()},
	} {
		t.Run(run.name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			check(t, tellBy(t, b.goGiven(t, run.certMode), b.asProxy(t), bin, run.story), run.wanted)
		})
	}
}

// goSDK builds the program of the Go SDKs, whose module is its own.
func goSDK(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "gosdk")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-C", "gosdk", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

func (b *box) goGiven(t *testing.T, certMode bool) fields {
	t.Helper()
	a, foreign := b.keys.Alipay, newStranger(t)
	given := fields{
		"sandbox": b.Base, "foreign_key": foreign.pkcs1,
		"app_id": a.AppID, "private_key": a.PKCS1, "platform_key": a.Platform, "aes_key": a.AES,
	}
	if !certMode {
		return given
	}
	c := a.CertApp
	return with(given, fields{
		"app_id": c.AppID, "private_key": c.PKCS8, "platform_key": "", "aes_key": c.AES,
		"app_cert": c.App, "platform_cert": c.Ali, "root_certs": c.Roots,
	})
}

// asProxy is an environment in which a Go program reaches the sandbox under the
// platforms' own host names.
func (b *box) asProxy(t *testing.T) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, b.inside.CertificateAuthority(), 0o644); err != nil {
		t.Fatal(err)
	}
	return []string{"HTTPS_PROXY=" + b.Base, "NO_PROXY=", "no_proxy=", "SSL_CERT_FILE=" + file, "SSL_CERT_DIR=" + filepath.Dir(file)}
}

// under puts the names of fields below the frame in which gopay answers.
func under(method string, all fields) fields {
	framed := fields{}
	for name, is := range all {
		framed["alipay_"+method+"_response."+name] = is
	}
	return framed
}

func gopayDay() []want {
	return []want{
		{step: "page pay", is: fields{"status": "200", "type": "text/html; charset=utf-8"}},
		{step: "wap pay", is: fields{"status": "200", "type": "text/html; charset=utf-8"}},
		{step: "notice", is: goNotice()},
		{step: "query", is: under("trade_query", fields{"out_trade_no": "gopay-1", "trade_status": "TRADE_SUCCESS", "total_amount": "88.66"})},
		{step: "query of an unknown number", fails: "ACQ.TRADE_NOT_EXIST"},
		{step: "refund", is: under("trade_refund", fields{"fund_change": "Y", "refund_fee": "8.66"})},
		{step: "refund again", is: under("trade_refund", fields{"fund_change": "N", "send_back_fee": "0.00"})},
		{step: "refund query", is: under("trade_fastpay_refund_query", fields{"refund_status": "REFUND_SUCCESS", "refund_amount": "8.66"})},
		{step: "precreate", is: under("trade_precreate", fields{"out_trade_no": "gopay-3", "qr_code": "*"})},
		{step: "pay by payment code", is: under("trade_pay", fields{"out_trade_no": "gopay-4", "total_amount": "12.00"})},
		{step: "cancel", is: under("trade_cancel", fields{"out_trade_no": "gopay-4", "action": "refund"})},
		{step: "close", is: under("trade_close", fields{"out_trade_no": "gopay-2", "trade_no": "*"})},
		{step: "user token for a bad code", fails: "isv.code-invalid"},
		{step: "bill URL", is: under("data_dataservice_bill_downloadurl_query", fields{"bill_download_url": "*"})},
	}
}

func goNotice() fields {
	return fields{"genuine": "true", "changed": "false", "status": "TRADE_SUCCESS", "subject": `测试商品 100% & "更多"+`}
}

func gopayV3Day() []want {
	return []want{
		{step: "precreate", is: fields{"status_code": "200", "out_trade_no": "gopayv3-1", "qr_code": "*"}},
		{step: "query before the scan", fails: "ACQ.TRADE_NOT_EXIST"},
		{step: "query", is: fields{"status_code": "200", "trade_status": "TRADE_SUCCESS", "total_amount": "5.00"}},
		{step: "refund", is: fields{"fund_change": "Y", "refund_fee": "2.00"}},
		{step: "cancel", is: fields{"action": "refund"}},
	}
}

func smartwalleDay() []want {
	goes := func(more fields) fields { return with(fields{"code": "10000"}, more) }
	return []want{
		{step: "page pay", is: fields{"status": "200", "type": "text/html; charset=utf-8"}},
		{step: "wap pay", is: fields{"status": "200", "type": "text/html; charset=utf-8"}},
		{step: "notice", is: goNotice()},
		{step: "query", is: goes(fields{"out_trade_no": "sw-1", "trade_status": "TRADE_SUCCESS", "total_amount": "88.66"})},
		{step: "query of an unknown number", is: fields{"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"}},
		{step: "refund", is: goes(fields{"fund_change": "Y", "refund_fee": "8.66"})},
		{step: "refund again", is: goes(fields{"fund_change": "N", "send_back_fee": "0.00"})},
		{step: "refund query", is: goes(fields{"refund_status": "REFUND_SUCCESS", "refund_detail_item_list.0.amount": "8.66"})},
		{step: "precreate", is: goes(fields{"out_trade_no": "sw-3", "qr_code": "*"})},
		{step: "pay by payment code", is: goes(fields{"total_amount": "12.00", "fund_bill_list.0.fund_channel": "ALIPAYACCOUNT"})},
		{step: "cancel", is: goes(fields{"action": "refund"})},
		{step: "create", is: goes(fields{"out_trade_no": "sw-5", "trade_no": "*"})},
		{step: "close", is: goes(fields{"out_trade_no": "sw-5"})},
		{step: "user token for a bad code", fails: "40002"},
		{step: "bill URL", is: goes(fields{"bill_download_url": "*"})},
		{step: "encrypted", is: goes(fields{"out_trade_no": "sw-1", "trade_status": "TRADE_SUCCESS"})},
		{step: "a foreign private key", is: fields{"code": "40002", "sub_code": "isv.invalid-signature"}},
	}
}
