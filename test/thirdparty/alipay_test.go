package thirdparty_test

import (
	"maps"
	"testing"
)

// nodeConfig is the constructor's argument of alipay-sdk.
type nodeConfig map[string]any

func (b *box) keyMode(foreign stranger) (config nodeConfig, foreignKey string) {
	a := b.keys.Alipay
	return nodeConfig{
		"appId": a.AppID, "privateKey": a.PKCS1, "alipayPublicKey": a.Platform, "encryptKey": a.AES,
		"gateway": a.Gateway, "endpoint": b.Base, "timeout": 20_000,
	}, foreign.pkcs1
}

func (b *box) certMode(foreign stranger) (config nodeConfig, foreignKey string) {
	a := b.keys.Alipay
	return nodeConfig{
		"appId": a.CertApp.AppID, "privateKey": a.CertApp.PKCS8, "keyType": "PKCS8", "encryptKey": a.CertApp.AES,
		"appCertContent": a.CertApp.App, "alipayPublicCertContent": a.CertApp.Ali, "alipayRootCertContent": a.CertApp.Roots,
		"gateway": a.Gateway, "endpoint": b.Base, "timeout": 20_000,
	}, foreign.pkcs8
}

// nodeStory has alipay-sdk tell a script in one of the two modes.
func nodeStory(t *testing.T, script string, mode func(*box, stranger) (nodeConfig, string)) []step {
	t.Helper()
	b, foreign := newBox(t), newStranger(t)
	config, foreignKey := mode(b, foreign)
	return tell(t, script, map[string]any{
		"sandbox": b.Base, "ca": string(b.inside.CertificateAuthority()), "config": config, "foreignKey": foreignKey, "foreignPublic": foreign.public,
	})
}

func TestAlipayNodeSDKInKeyMode(t *testing.T) {
	t.Parallel()
	check(t, nodeStory(t, "alipay-trade.cjs", (*box).keyMode), alipayDay())
}

func TestAlipayNodeSDKInCertificateMode(t *testing.T) {
	t.Parallel()
	wanted := append(alipayDay(), want{step: "download of the platform certificate", is: fields{"code": "10000", "same": "true"}})
	check(t, nodeStory(t, "alipay-trade.cjs", (*box).certMode), wanted)
}

func TestAlipayNodeSDKSpeaksV3InKeyMode(t *testing.T) {
	t.Parallel()
	check(t, nodeStory(t, "alipay-v3.cjs", (*box).keyMode), alipayV3Day())
}

func TestAlipayNodeSDKSpeaksV3InCertificateMode(t *testing.T) {
	t.Parallel()
	check(t, nodeStory(t, "alipay-v3.cjs", (*box).certMode), alipayV3Day())
}

type fields = map[string]string

// refusal is what a signed business failure looks like to alipay-sdk.
func refusal(code, subCode string) fields { return fields{"code": code, "subCode": subCode} }

// found is a trade as a query shows it.
func found(number, status, amount, received string) fields {
	return fields{
		"code": "10000", "outTradeNo": number, "tradeStatus": status, "totalAmount": amount, "receiptAmount": received,
		"buyerPayAmount": received, "tradeNo": "*", "buyerLogonId": "*", "buyerUserId": "*", "traceId": "*",
	}
}

// done is a success with more fields.
func done(number string, more fields) fields {
	all := fields{"code": "10000", "msg": "Success", "outTradeNo": number}
	maps.Copy(all, more)
	return all
}

func alipayDay() []want {
	const first = "node-page-get"
	return append(alipayPages(), []want{
		{step: "query before anybody paid", is: found(first, "WAIT_BUYER_PAY", "88.66", "0.00")},
		{step: "query after paying", is: found(first, "TRADE_SUCCESS", "88.66", "88.66")},
		{step: "close what is paid", is: refusal("40004", "ACQ.TRADE_STATUS_ERROR")},

		{step: "refund a part", is: done(first, fields{"fundChange": "Y", "refundFee": "8.66", "sendBackFee": "8.66", "gmtRefundPay": "*"})},
		{step: "refund the same part again", is: done(first, fields{"fundChange": "N", "refundFee": "8.66", "sendBackFee": "0.00"})},
		{step: "refund the same number for another amount", is: refusal("40004", "ACQ.DISCORDANT_REPEAT_REQUEST")},
		{step: "refund too much", is: refusal("40004", "ACQ.REASON_TRADE_REFUND_FEE_ERR")},
		{step: "refund query", is: done(first, fields{
			"outRequestNo": "r1", "refundStatus": "REFUND_SUCCESS", "refundAmount": "8.66", "totalAmount": "88.66",
			"refundReason": "七天无理由", "refundDetailItemList.0.fundChannel": "ALIPAYACCOUNT",
		})},
		{step: "refund query of an unknown number", is: fields{"code": "10000", "refundStatus": "-", "refundAmount": "-"}},

		{step: "precreate", is: done("node-scan", fields{"qrCode": "*", "tradeNo": "-"})},
		{step: "query before the scan", is: refusal("40004", "ACQ.TRADE_NOT_EXIST")},
		{step: "close before the scan", is: refusal("40004", "ACQ.TRADE_NOT_EXIST")},
		{step: "query after the scan", is: found("node-scan", "TRADE_SUCCESS", "0.05", "0.05")},
		{step: "cancel what is paid", is: done("node-scan", fields{"action": "refund", "retryFlag": "N"})},
		{step: "cancel what nobody knows", is: done("node-nobody", fields{"action": "-", "retryFlag": "N", "tradeNo": "-"})},

		{step: "pay by payment code", is: done("node-bar", fields{"totalAmount": "12.00", "gmtPayment": "*", "fundBillList.0.amount": "12.00"})},
		{step: "pay by a code that is none", is: refusal("40004", "ACQ.PAYMENT_AUTH_CODE_INVALID")},
		{step: "create", is: done("node-create", fields{"tradeNo": "*"})},
		{step: "close", is: done("node-create", fields{"tradeNo": "*"})},
		{step: "query after closing", is: found("node-create", "TRADE_CLOSED", "3.00", "0.00")},

		{step: "bill URL of today", is: refusal("40004", "INVAILID_ARGUMENTS")},
		{step: "bill URL of yesterday", is: fields{"code": "10000", "begins": "PK"}},

		{step: "user token", is: fields{"accessToken": "*", "refreshToken": "*", "userId": "*", "expiresIn": "*", "code": "-"}},
		{step: "user token for a bad code", is: refusal("40002", "isv.code-invalid")},
		{step: "app auth token nobody gave", is: refusal("20001", "aop.invalid-app-auth-token")},
		{step: "query at the real host by a proxy", is: found(first, "TRADE_SUCCESS", "88.66", "88.66")},
		{step: "encrypted", is: found(first, "TRADE_SUCCESS", "88.66", "88.66")},

		{step: "a method that does not exist", is: refusal("40002", "isv.invalid-method")},
		{step: "an app that does not exist", is: refusal("40002", "isv.invalid-app-id")},
		{step: "a foreign private key", is: refusal("40002", "isv.invalid-signature")},
		{step: "a foreign platform key", fails: "验签失败"},
	}...)
}

// alipayPages is what browsers and the merchant's server meet around a payment.
func alipayPages() []want {
	return []want{
		{step: "page pay by GET", is: fields{"status": "200", "cashier": "true"}},
		{step: "page pay by POST", is: fields{"status": "302", "cashier": "true"}},
		{step: "wap pay by GET", is: fields{"": "200"}},
		{step: "page pay with a changed amount", is: fields{"status": "200", "type": "text/html;charset=GBK", "names": "true"}},
		{step: "return after paying at the cashier", is: fields{
			"status": "303", "own": "desk", "genuine": "true", "byOldCheck": "true", "tampered": "false",
			"names": "app_id auth_app_id charset method out_trade_no seller_id sign sign_type timestamp total_amount trade_no version",
		}},
		{step: "notice", is: fields{
			"url": "/notify", "type": "application/x-www-form-urlencoded; charset=utf-8", "genuine": "true", "tampered": "false",
			"unsigned": "false", "status": "TRADE_SUCCESS", "subject": `测试商品 100% & "更多"+`, "passback": "a%3D1%26b%3D%E4%B8%AD", "empty": "false",
		}},
	}
}

func alipayV3Day() []want {
	return []want{
		{step: "precreate", is: fields{"out_trade_no": "v3-1", "qr_code": "*", "code": "-"}},
		{step: "query before the scan", fails: "ACQ.TRADE_NOT_EXIST, 400"},
		{step: "query after the scan", is: fields{"out_trade_no": "v3-1", "trade_status": "TRADE_SUCCESS", "total_amount": "5.00"}},
		{step: "refund", is: fields{"out_trade_no": "v3-1", "fund_change": "Y", "refund_fee": "2.00"}},
		{step: "refund query", is: fields{"out_request_no": "a", "refund_status": "REFUND_SUCCESS", "refund_amount": "2.00"}},
		{step: "pay by payment code", is: fields{"out_trade_no": "v3-2", "total_amount": "1.00", "gmt_payment": "*"}},
		{step: "cancel", is: fields{"out_trade_no": "v3-2", "action": "refund"}},
		{step: "create", is: fields{"out_trade_no": "v3-3", "trade_no": "*"}},
		{step: "close", is: fields{"out_trade_no": "v3-3", "trade_no": "*"}},
		{step: "encrypted", is: fields{"out_trade_no": "v3-1", "trade_status": "TRADE_SUCCESS"}},
		{step: "a foreign private key", fails: "invalid-signature, 401"},
		{step: "a path that does not exist", fails: "invalid-method, 400"},
		{step: "bill URL by GET", is: fields{"bill_download_url": "*"}},
	}
}
