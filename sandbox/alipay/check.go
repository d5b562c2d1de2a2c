package alipay

import (
	"html"
	"strings"
	"time"
)

// checkProtocol looks at the common parameters.
func (p *Platform) checkProtocol(c *call) (refusal, bool) {
	if c.method == "" {
		return refuse("isv.missing-method"), true
	}
	if _, known := p.methods[c.method]; !known {
		return refuse("isv.invalid-method"), true
	}
	for _, needed := range [][2]string{
		{"sign", "isv.missing-signature"},
		{"sign_type", "isv.missing-signature-type"},
		{"timestamp", "isv.missing-timestamp"},
		{"version", "isv.missing-version"},
	} {
		if c.params[needed[0]] == "" {
			return refuse(needed[1]), true
		}
	}
	return checkValues(c)
}

func checkValues(c *call) (refusal, bool) {
	if _, ok := charsetOf(c.params["charset"]); !ok {
		return refuse("isv.invalid-charset"), true
	}
	if format := c.params["format"]; format != "" && !strings.EqualFold(format, "JSON") {
		return refuse("isv.invalid-format"), true
	}
	if !signType(c.params["sign_type"]).known() {
		return refuse("isv.invalid-signature-type"), true
	}
	return refusal{}, false
}

// checkSignature verifies the request, and then its timestamp. Only the form
// of the timestamp is looked at, because clients write it in zones of their
// own.
func checkSignature(c *call) (refusal, bool) {
	if !c.params.verified(&c.app.own.PublicKey) {
		built := c.charset.decode(c.params.content(false, "sign"))
		return refuse("isv.invalid-signature").because(
			"验签未通过，请核对应用私钥、字符集与签名方式；网关拼接的待验签内容为：" + html.EscapeString(built)), true
	}
	if _, err := time.Parse(wireTime, c.params["timestamp"]); err != nil {
		return refuse("isv.invalid-timestamp"), true
	}
	return refusal{}, false
}
