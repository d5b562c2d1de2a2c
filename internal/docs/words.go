package docs

// words are the pages' own texts, Chinese and English. Descriptions of the API
// come from its document, in English.
var words = map[string][2]string{
	"lang":       {"zh-CN", "en"},
	"skip":       {"跳到正文", "Skip to content"},
	"nav":        {"文档", "Documentation"},
	"language":   {"English", "中文"},
	"reference":  {"接口文档", "API reference"},
	"errors":     {"错误代码", "Error codes"},
	"lead":       {"所有接口都在 /v1 之下，收发 JSON。金额是以分为单位的整数，时间是 RFC 3339 格式的 UTC。", "Everything is below /v1 and speaks JSON. Amounts are integers in fen; times are RFC 3339 in UTC."},
	"machine":    {"给程序读的同一份文档", "The same for programs"},
	"contents":   {"目录", "Contents"},
	"basics":     {"通用约定", "For every call"},
	"key":        {"密钥：每个请求都带 Authorization: Bearer sk_...；密钥由 paypush admin key 创建，只显示一次。", "Keys: send Authorization: Bearer sk_... with every request. A key is made by paypush admin key and shown once."},
	"idempotent": {"幂等：每个 POST 都可以带 Idempotency-Key。同一个键和同样的内容得到第一次的回答；同一个键换了内容是 409。至少保留 24 小时。", "Repeating: every POST takes an Idempotency-Key. The same key and body answer the first answer again; with another body it is 409. Kept for 24 hours at least."},
	"paging":     {"分页：把 next_cursor 作为 cursor 传回，直到没有为止。", "Pages: hand next_cursor back as cursor until there is none."},
	"problem":    {"错误：RFC 9457 的 problem，带稳定的 code 和 request_id；输入有错时逐条列出。", "Errors: problems as RFC 9457 has them, with a stable code and a request_id; for bad input every fault is listed."},
	"parameters": {"参数", "Parameters"},
	"body":       {"请求体", "Body"},
	"answers":    {"回答", "Answers"},
	"name":       {"名称", "Name"},
	"type":       {"类型", "Type"},
	"meaning":    {"说明", "Meaning"},
	"required":   {"必填", "required"},
	"optional":   {"可省略", "optional"},
	"objects":    {"对象", "Objects"},
	"kinds":      {"类别", "Kinds"},
	"codes":      {"代码", "Codes"},
	"errorsLead": {"每个失败都有稳定的代码。程序请按代码判断，不认识的按类别判断；文字可能会改。", "Every failure has a stable code. Decide by it, or by its kind where you do not know it; the sentences may change."},
}

// groupNames are the headings of groups of calls, by the first part of their
// paths.
var groupNames = map[string][2]string{
	"orders":             {"订单", "Orders"},
	"refunds":            {"退款", "Refunds"},
	"surpluses":          {"多付与晚付", "Surpluses"},
	"notices":            {"平台通知", "Notices"},
	"reconciliations":    {"对账", "Reconciliations"},
	"members":            {"成员", "Members"},
	"messages":           {"消息", "Messages"},
	"campaigns":          {"群发活动", "Campaigns"},
	"events":             {"事件", "Events"},
	"webhook_endpoints":  {"Webhook", "Webhook endpoints"},
	"webhook_deliveries": {"Webhook 投递", "Webhook deliveries"},
}

// groupOrder is the order in which groups are shown; others follow.
var groupOrder = []string{"orders", "refunds", "surpluses", "notices", "reconciliations", "members", "messages", "campaigns", "events",
	"webhook_endpoints", "webhook_deliveries"}
