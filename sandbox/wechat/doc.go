// Package wechat is the WeChat Official Account platform as the sandbox plays
// it: one account, its API under the platform's own paths, the web login, the
// pushes to the account's callback URL, and the people with their phones.
//
// It is for developing and testing against; it is no client, shares no code
// with one, and holds nothing worth stealing: its keys are generated.
//
// The rule that surprises: as in life every API answer is HTTP 200, on one
// line without a newline, and whether a success carries errcode differs from
// path to path. All due times follow the world's clock; only the five seconds
// a callback is given to answer are real ones.
package wechat
