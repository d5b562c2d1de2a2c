// Package wechat is a client for the WeChat Official Account API (公众号 and
// 服务号): access tokens, OAuth web authorization, parametric QR codes, custom
// and template messages, followers, menus, and the callback that the platform
// posts messages and events to.
//
// It is not a client for WeChat Pay, for WeCom or for browser automation, and
// it keeps no state of its own beyond the access token: bindings, followers
// and message windows belong to the caller.
//
// The rule that surprises: HTTP 200 means nothing on this platform, an
// "errcode" in the body decides. This package turns every failure into an
// [*Error], and a reply that was lost after the request had been written into
// an Error whose Unknown method answers true: the message may have been sent.
// Ask [Error.Rejected], [Error.Retryable], [Error.QuotaExhausted] and
// [Error.Unknown] before anything is repeated; exactly one of them is true.
//
// Secrets and tokens never appear in an error, a log line or a printed URL.
// Every method may be called by any number of goroutines.
package wechat
