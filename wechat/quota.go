package wechat

import (
	"context"
	"strings"
	"time"
)

// Quota is what an account may still call of one API today.
type Quota struct {
	Daily, Used, Remain int64
	// RateCalls may be made within RatePeriod; both are zero when the
	// platform does not say.
	RateCalls  int64
	RatePeriod time.Duration
}

type appRequest struct {
	AppID  string `json:"appid"`
	Secret string `json:"appsecret,omitempty"`
}

type pathRequest struct {
	Path string `json:"cgi_path"`
}

// ClearQuota gives all APIs of the account their daily allowance back. It may
// be done ten times a month, the console included; then it is QuotaExhausted.
// An unknown outcome may have spent one of them.
//
// It follows 重置 API 调用次数 (/cgi-bin/clear_quota).
func (c *Client) ClearQuota(ctx context.Context) error {
	return c.post(ctx, "clear_quota", "/cgi-bin/clear_quota", appRequest{AppID: c.appID}, new(status))
}

// ClearQuotaBySecret is ClearQuota without an access token, for when the
// allowance for fetching tokens is what ran out.
//
// It follows 使用 AppSecret 重置 API 调用次数 (/cgi-bin/clear_quota/v2).
func (c *Client) ClearQuotaBySecret(ctx context.Context) error {
	body, err := encode(appRequest{AppID: c.appID, Secret: c.secret.Reveal()})
	if err != nil {
		return err
	}
	cl := call{op: "clear_quota.v2", path: "/cgi-bin/clear_quota/v2", body: body, confirmed: true}
	return credentialError(c.doBare(ctx, cl, new(status)))
}

// ClearPathQuota gives one API its daily allowance back; it counts towards the
// same ten a month. The path is such as /cgi-bin/message/custom/send.
//
// It follows 重置指定 API 调用次数 (/cgi-bin/openapi/quota/clear).
func (c *Client) ClearPathQuota(ctx context.Context, path string) error {
	return c.post(ctx, "quota.clear", "/cgi-bin/openapi/quota/clear", pathRequest{path}, new(status))
}

// Quota reads the allowance of one API. Paths below /sns have none (76022).
//
// It follows 查询 API 调用额度 (/cgi-bin/openapi/quota/get).
func (c *Client) Quota(ctx context.Context, path string) (Quota, error) {
	var out struct {
		status
		Quota *struct {
			Daily  int64 `json:"daily_limit"`
			Used   int64 `json:"used"`
			Remain int64 `json:"remain"`
		} `json:"quota"`
		Rate struct {
			Calls   int64 `json:"call_count"`
			Seconds int64 `json:"refresh_second"`
		} `json:"rate_limit"`
	}
	const op = "quota.get"
	if err := c.ask(ctx, op, "/cgi-bin/openapi/quota/get", pathRequest{path}, &out); err != nil {
		return Quota{}, err
	}
	if out.Quota == nil {
		return Quota{}, unusable(op)
	}
	return Quota{
		Daily: out.Quota.Daily, Used: out.Quota.Used, Remain: out.Quota.Remain,
		RateCalls: out.Rate.Calls, RatePeriod: time.Duration(out.Rate.Seconds) * time.Second,
	}, nil
}

// RequestRecord is what the platform kept of one failed call.
type RequestRecord struct {
	At   time.Time
	Took time.Duration
	// Query is the call's parameters without its access token, and Body what
	// was posted.
	Query, Body string
	// Reply is what the platform answered.
	Reply    string
	ClientIP string
}

// Request looks a failed call up by the RequestID of its [Error], for seven
// days (76001). Calls below /sns can't be looked up (76022).
//
// It follows 查询 rid 信息 (/cgi-bin/openapi/rid/get).
func (c *Client) Request(ctx context.Context, requestID string) (RequestRecord, error) {
	var out struct {
		status
		Request struct {
			At    int64  `json:"invoke_time"`
			Cost  int64  `json:"cost_in_ms"`
			Query string `json:"request_url"`
			Body  string `json:"request_body"`
			Reply string `json:"response_body"`
			IP    string `json:"client_ip"`
		} `json:"request"`
	}
	if err := c.ask(ctx, "rid.get", "/cgi-bin/openapi/rid/get", map[string]string{"rid": requestID}, &out); err != nil {
		return RequestRecord{}, err
	}
	r := out.Request
	return RequestRecord{At: time.Unix(r.At, 0).UTC(), Took: time.Duration(r.Cost) * time.Millisecond,
		Query: withoutToken(r.Query), Body: c.scrub(r.Body, nil), Reply: c.scrub(r.Reply, nil), ClientIP: r.IP}, nil
}

// withoutToken cuts the access token out of a query.
func withoutToken(query string) string {
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		if !strings.HasPrefix(pair, "access_token=") {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}
