package wechat

import "strings"

// template is one entry of the account's list of message templates.
type template struct {
	ID      string `json:"template_id"`
	Title   string `json:"title"`
	Primary string `json:"primary_industry"`
	Deputy  string `json:"deputy_industry"`
	Content string `json:"content"`
	Example string `json:"example"`
}

// firstTemplates are those that a new account has: an old-style one that the
// platform still accepts, and newer ones of typed keywords.
func firstTemplates() []template {
	return []template{
		{
			ID: urlText(43), Title: "订单支付成功", Primary: "IT科技", Deputy: "互联网|电子商务",
			Content: "{{first.DATA}}\n支付金额：{{keyword1.DATA}}\n商品信息：{{keyword2.DATA}}\n订单编号：{{keyword3.DATA}}\n支付时间：{{keyword4.DATA}}\n备注：{{keyword5.DATA}}\n{{remark.DATA}}",
			Example: "支付金额：10.00元\n商品信息：一本书\n订单编号：2019100112345678\n支付时间：2019年10月1日 15:01\n备注：无",
		},
		{
			ID: urlText(43), Title: "支付成功通知",
			Content: "订单编号:{{character_string1.DATA}}\n支付金额:{{amount2.DATA}}\n商品名称:{{thing3.DATA}}\n支付时间:{{time4.DATA}}",
			Example: "订单编号:2019100112345678\n支付金额:￥10.00\n商品名称:一本书\n支付时间:2019年10月1日 15:01",
		},
		{
			ID: urlText(43), Title: "活动开始提醒",
			Content: "活动名称:{{thing1.DATA}}\n开始时间:{{time2.DATA}}\n温馨提示:{{thing3.DATA}}",
			Example: "活动名称:新品体验\n开始时间:2019年10月1日 15:01\n温馨提示:请准时参加",
		},
		{
			ID: urlText(43), Title: "退款成功通知",
			Content: "退款单号:{{character_string1.DATA}}\n退款金额:{{amount2.DATA}}\n退款原因:{{thing3.DATA}}\n退款状态:{{phrase4.DATA}}",
			Example: "退款单号:2019100112345678\n退款金额:￥10.00\n退款原因:买错了\n退款状态:已退款",
		},
	}
}

// part is one line of a template: a label and the key behind it.
type part struct{ label, key string }

// layout is a template taken apart, once for all its sends.
type layout struct {
	template
	parts []part
	old   bool // from before the typed keywords
}

// layout takes t apart, or answers what was found the first time: the text
// under an id never changes.
func (p *Platform) layout(t template) *layout {
	if l := p.layouts[t.ID]; l != nil {
		return l
	}
	l := &layout{template: t}
	for line := range strings.SplitSeq(t.Content, "\n") {
		label, rest, found := strings.Cut(line, "{{")
		key, _, closed := strings.Cut(rest, ".DATA}}")
		if !found || !closed {
			continue
		}
		l.parts = append(l.parts, part{strings.TrimRight(label, ":： "), key})
		l.old = l.old || strings.HasPrefix(key, "keyword") || key == "first" || key == "remark"
	}
	p.layouts[t.ID] = l
	return l
}

// firstLine is all that is still shown of an old template's value.
func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.ReplaceAll(s, "\r", "\n"), "\n")
	if r := []rune(line); len(r) > oldValueLength {
		return string(r[:oldValueLength]) + "…"
	}
	return line
}

// oldValueLength is where values of old templates are cut. The platform only
// says that long ones are; the figure is ours.
const oldValueLength = 64
