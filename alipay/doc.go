// Package alipay is a client for the merchant payment part of the Alipay Open
// Platform: it signs what a merchant sends, verifies everything that comes back,
// and turns the platform's JSON, forms and bills into Go types.
//
// A [Client] is made once by [New] from keys that are parsed once, and may be
// used by any number of goroutines. It speaks to any base URL: [Production],
// [OfficialSandbox] or a server of your own.
//
// The package is not an order system. It keeps no state, stores nothing and
// never repeats a call by itself, since a repeated call can pay or refund twice.
//
// Rules that surprise:
//
//   - Amounts are [Fen], integer hundredths of a yuan. There are no floats.
//   - Times on the wire are Beijing time, a fixed zone; see [Beijing].
//   - A business refusal is an error, never a nil error with a code inside. Every
//     failed call is an [*Error], which says whether it was refused, may be sent
//     again, or has an unknown outcome. A timeout is unknown, not failed.
//   - Signatures of responses are always verified, on the exact bytes received.
//     There is no switch for it. The gateway leaves unsigned what it refuses before
//     it has found the app, and every refusal of version 3 ([Client.V3]): those are
//     believed as refusals, with Verified false, and never as anything else.
//   - The key that verifies is the one Alipay shows after the upload of yours
//     ("Alipay public key"), not your own public key. [New] refuses the latter.
//   - A page pay link nobody opened does not exist at Alipay: [Client.Query]
//     answers [TradeNotExist], yet the link can still be paid until it expires.
//   - The return URL proves nothing about payment; only a notice whose trade is
//     paid, or a query, does.
package alipay
