// Package webhook is the domain of telling the team's own application what
// happened: which endpoints want which events, how a delivery is signed, when
// it is tried again, and when an endpoint is given up.
//
// It knows no HTTP, no database and no cipher; those are behind [Sender],
// [Store] and [Sealer]. It does not decide what happened either: it is handed
// events that are numbered already.
//
// The rule that surprises: a delivery is made at least once and in no promised
// order. A receiver tells repetitions by the webhook-id header, which is the
// event's id, and drops what is older by the object's version.
package webhook
