package docs

import (
	_ "embed"
	"encoding/json"
)

//go:generate go run ./gen

//go:embed errors.json
var errorsJSON []byte

// Code is a stable code of a failure, or a kind of failures, with what it
// means and what to do about it.
type Code struct {
	Code   string `json:"code"`
	Kind   string `json:"kind,omitempty"`
	Status int    `json:"status"` // of the HTTP answer
	Zh     string `json:"zh"`
	En     string `json:"en"`
}

// Errors lists every stable code in alphabetical order.
func Errors() []Code {
	var all []Code
	if err := json.Unmarshal(errorsJSON, &all); err != nil {
		panic("docs: errors.json: " + err.Error())
	}
	return all
}

// Kinds lists the kinds of failures, from the caller's mistakes to our own.
func Kinds() []Code {
	return []Code{
		{Code: "invalid", Status: 422, Zh: "请求本身有错，什么也没有改变。改正后再发。", En: "The input breaks a rule and nothing was changed. Correct it and send it again."},
		{Code: "not_found", Status: 404, Zh: "没有这个东西，或者不归你。检查编号。", En: "The thing is not there, or not for you. Check the id."},
		{Code: "conflict", Status: 409, Zh: "与当前状态或先前的请求冲突。先读取现状，再决定。", En: "The state or an earlier request stands against it. Read the state, then decide."},
		{Code: "unauthorized", Status: 401, Zh: "没有登录，或密钥不对。登录或更换密钥。", En: "Nobody is signed in, or the key is wrong. Sign in or use another key."},
		{Code: "forbidden", Status: 403, Zh: "已登录，但不允许这样做。请有权限的人来做。", En: "Signed in, but not allowed. Let somebody do it who may."},
		{Code: "throttled", Status: 429, Zh: "试得太频繁。等一会儿再试。", En: "Too many tries. Wait, then try again."},
		{Code: "rejected", Status: 422, Zh: "平台拒绝了。看原因，不要原样重试。", En: "The platform said no. Read why; the same again will not help."},
		{Code: "unavailable", Status: 503, Zh: "暂时不可用，什么也没有改变。稍后用同样的内容重试。", En: "Not available now and nothing was changed. Try the same again later."},
		{Code: "unknown", Status: 503, Zh: "结果未知：可能已经生效。先查询，再决定。", En: "The outcome is not known; it may have happened. Query before you act."},
		{Code: "internal", Status: 500, Zh: "我们出了错。把请求号告诉运营人员。", En: "Our own defect. Tell the operator the request id."},
	}
}
