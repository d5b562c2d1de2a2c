// Package member is the domain of people: who they are, how they sign in, and
// how a WeChat identity is bound to one of them.
//
// It knows no platform, no database and no web; those are behind [Store],
// [Hasher] and [Directory]. Sessions are the web's affair.
//
// The rule that surprises: the phone that scans a bind link is another device
// than the desk that shows it, so the link carries the whole authority. It is
// a secret of five minutes, used once, and the person on the phone is told
// which account it would bind before anything happens. A parametric code, whose
// scan the platform reports, only decides into whose chat that link goes.
package member
