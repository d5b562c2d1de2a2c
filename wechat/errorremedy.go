package wechat

// Explanation says what an errcode means and what to do about it, in both
// languages. All fields are empty for a failure without a code.
type Explanation struct {
	Chinese, English             string
	AdviceChinese, AdviceEnglish string
}

// Explain looks the code up. A code that is not in the table is explained as
// such, and counts as rejected.
func (e *Error) Explain() Explanation {
	if e.Code == 0 {
		return Explanation{}
	}
	m, known := meaningOf(e.Code)
	if !known {
		m = meaning{zh: "未收录的错误码", en: "an error code this version does not know", remedy: askPlatform}
	}
	if e.class == classRejected && e.Code == 40001 {
		m = meaning{zh: "AppSecret 与 AppID 不匹配", en: "the app secret does not belong to the app id", remedy: fixCredentials}
	}
	zh, en := m.remedy.advice()
	return Explanation{Chinese: m.zh, English: m.en, AdviceChinese: zh, AdviceEnglish: en}
}

// remedy is what helps against a code.
type remedy uint8

const (
	askPlatform    remedy = iota // an unknown or general refusal
	fixRequest                   // the program sent something wrong
	fixCredentials               // app id, secret or allow-list
	renewToken                   // this package does it by itself
	tryLater                     // with backoff
	stopForNow                   // an allowance is used up
	askPerson                    // only the receiver can change it
	startOver                    // a new authorization is needed
	askAdmin                     // a person must confirm in the console
	getPermission                // the account kind may not
)

// class maps a remedy to the outcome it implies.
func (r remedy) class() class {
	switch r {
	case renewToken, tryLater:
		return classRetryable
	case stopForNow:
		return classQuota
	}
	return classRejected
}

func (r remedy) advice() (zh, en string) {
	switch r {
	case fixRequest:
		return "请检查请求参数后再发送，重试无效", "correct the request; repeating it does not help"
	case fixCredentials:
		return "请在公众平台核对 AppID、AppSecret 与 IP 白名单", "check app id, app secret and the IP allow-list in the console"
	case renewToken:
		return "客户端会自动更换 access_token；若反复出现，请检查是否有其他环境共用该账号", "the client renews the token by itself; if it keeps happening, look for another environment that uses the same account"
	case tryLater:
		return "请稍后退避重试", "repeat later, with backoff"
	case stopForNow:
		return "额度已用完，请等待恢复或在后台清零", "the allowance is used up; wait for it to return or reset it in the console"
	case askPerson:
		return "对方需先关注、互动或重新授权，程序无法解决", "the receiver must follow, write or agree first; no repetition helps"
	case startOver:
		return "请让用户重新进入授权页面", "send the person through the authorization page again"
	case askAdmin:
		return "请管理员在公众平台确认本次操作", "an administrator must confirm in the console"
	case getPermission:
		return "该账号没有此接口权限，请认证或更换账号类型", "this account may not use the API; verify it or use another kind of account"
	}
	return "请凭 rid 查询平台文档或联系平台", "look the code up in the platform's documents or ask its support with the rid"
}

func remedyOf(code int) remedy {
	m, _ := meaningOf(code)
	return m.remedy
}
