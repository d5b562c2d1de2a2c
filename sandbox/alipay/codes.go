package alipay

import "strings"

// refusal is one way in which the gateway says no.
type refusal struct {
	code string
	msg  string
	sub  string
	text string
}

// refuse looks up everything that belongs to a sub-code. This is the one table
// of codes; a code that is not in it is a business failure.
func refuse(sub string) refusal {
	code := codeOf(sub)
	return refusal{code: code, msg: msgOf(code), sub: sub, text: textOf(sub)}
}

// because replaces the explanation.
func (r refusal) because(text string) refusal {
	r.text = text
	return r
}

// bare is the sub-code as error pages show it, without its family.
func (r refusal) bare() string {
	for _, family := range []string{"isv.", "isp.", "aop."} {
		if name, ok := strings.CutPrefix(r.sub, family); ok {
			return name
		}
	}
	return r.sub
}

func codeOf(sub string) string {
	switch {
	case sub == "isv.missing-signature-config" || sub == "isv.invalid-app-state":
		return "40003"
	case strings.HasPrefix(sub, "isv.missing-"), sub == "isv.decryption-error-missing-encrypt-type":
		return "40001"
	case strings.HasPrefix(sub, "isv.insufficient-"):
		return "40006"
	case sub == "isv.app-call-limited" || sub == "isv.method-call-limited":
		return "40005"
	case sub == "isp.unknow-error" || sub == "aop.unknow-error" || strings.HasSuffix(sub, "aop.SYSTEM_ERROR"):
		return "20000"
	case strings.HasPrefix(sub, "aop."):
		return "20001"
	case strings.HasPrefix(sub, "isv."):
		return "40002"
	}
	return "40004"
}

func msgOf(code string) string {
	switch code {
	case "10000":
		return "Success"
	case "10003":
		return " order success pay inprocess"
	case "20000":
		return "Service Currently Unavailable"
	case "20001":
		return "Insufficient Token Permissions"
	case "40001":
		return "Missing Required Arguments"
	case "40002":
		return "Invalid Arguments"
	case "40003":
		return "Insufficient Conditions"
	case "40005":
		return "Call Limited"
	case "40006":
		return "Insufficient Permissions"
	}
	return "Business Failed"
}

// textOf explains a sub-code to the developer, in Chinese as the platform does.
func textOf(sub string) string {
	if text := gatewayText(sub); text != "" {
		return text
	}
	if text := tradeText(strings.TrimPrefix(sub, "ACQ.")); text != "" {
		return text
	}
	return "业务处理失败"
}

func gatewayText(sub string) string {
	switch sub {
	case "isv.missing-app-id":
		return "缺少 app_id 参数"
	case "isv.invalid-app-id":
		return "没有这个 app_id 对应的应用"
	case "isv.missing-method":
		return "缺少 method 参数"
	case "isv.invalid-method":
		return "没有这个接口"
	case "isv.missing-signature":
		return "缺少 sign 参数"
	case "isv.missing-signature-type":
		return "缺少 sign_type 参数"
	case "isv.invalid-signature-type":
		return "sign_type 只能是 RSA2 或 RSA"
	case "isv.missing-timestamp":
		return "缺少 timestamp 参数"
	case "isv.invalid-timestamp":
		return "timestamp 的格式应为 yyyy-MM-dd HH:mm:ss"
	case "isv.missing-version":
		return "缺少 version 参数"
	case "isv.invalid-charset":
		return "charset 只能是 UTF-8 或 GBK"
	case "isv.invalid-format":
		return "format 只能是 JSON"
	case "isv.illegal-json":
		return "biz_content 不是合法的 JSON 对象"
	case "isv.suspected-attack":
		return "同名参数出现多次且取值不同"
	case "isv.invalid-parameter":
		return "请求参数无法解析"
	case "isv.decryption-error-missing-encrypt-type":
		return "请求内容已加密，但没有提供 encrypt_type"
	case "isv.invalid-encrypt-type":
		return "encrypt_type 只能是 AES"
	case "isv.invalid-encrypt":
		return "请求内容无法用应用的 AES 密钥解开"
	case "isv.code-invalid":
		return "授权码无效、已使用或已过期"
	case "aop.invalid-auth-token", "aop.invalid-app-auth-token":
		return "授权令牌无效"
	case "aop.auth-token-time-out", "aop.app-auth-token-time-out":
		return "授权令牌已过期"
	case "isv.missing-app-cert-sn":
		return "证书模式的应用必须提供 app_cert_sn"
	case "isv.missing-alipay-root-cert-sn":
		return "证书模式的应用必须提供 alipay_root_cert_sn"
	case "isv.app-cert-not-exist":
		return "app_cert_sn 对应的应用证书不存在"
	case "isv.invalid-alipay-root-cert-sn":
		return "alipay_root_cert_sn 与根证书不符"
	case "isv.missing-alipay-cert-sn", "isv.alipay-cert-not-exist":
		return "没有这个序列号的支付宝证书"
	case "isp.unknow-error":
		return "系统繁忙，结果未知，请查询后再处理"
	}
	return ""
}

func tradeText(name string) string {
	switch name {
	case "INVALID_PARAMETER":
		return "参数无效"
	case "TOTAL_FEE_EXCEED":
		return "金额超过上限"
	case "TRADE_NOT_EXIST":
		return "交易不存在"
	case "TRADE_STATUS_ERROR":
		return "交易状态不合法"
	case "TRADE_HAS_SUCCESS":
		return "交易已经支付"
	case "TRADE_HAS_CLOSE":
		return "交易已经关闭"
	case "TRADE_HAS_FINISHED":
		return "交易已经完结"
	case "CONTEXT_INCONSISTENT":
		return "同一订单号的交易信息不一致"
	case "NOW_TIME_AFTER_EXPIRE_TIME_ERROR":
		return "当前时间已超过最晚付款时间"
	case "REASON_TRADE_REFUND_FEE_ERR":
		return "退款金额超过可退金额"
	case "REFUND_AMT_NOT_EQUAL_TOTAL":
		return "部分退款必须提供 out_request_no"
	case "DISCORDANT_REPEAT_REQUEST":
		return "同一退款请求号的金额不一致"
	case "BUYER_BALANCE_NOT_ENOUGH":
		return "买家余额不足"
	case "PAYMENT_AUTH_CODE_INVALID":
		return "付款码无效或已使用"
	case "BUYER_NOT_EXIST":
		return "买家不存在"
	case "NO_BILL_DATA":
		return "当日没有账单数据"
	case "BILL_NOT_EXIST":
		return "账单尚未生成"
	case "INVAILID_ARGUMENTS":
		return "入参不合法"
	case "TYPE_NOT_SUPPORTED":
		return "不支持的账单类型"
	case "PAYER_BALANCE_NOT_ENOUGH":
		return "付款方余额不足"
	case "PAYMENT_INFO_INCONSISTENCY":
		return "同一商户订单号的转账信息不一致"
	case "PAYEE_NOT_EXIST":
		return "收款账号不存在"
	case "ORDER_NOT_EXIST":
		return "转账单不存在"
	case "SELLER_BALANCE_NOT_ENOUGH":
		return "商户余额不足"
	case "SYSTEM_ERROR":
		return "系统错误，结果未知"
	}
	return ""
}
