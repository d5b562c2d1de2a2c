// Package event is what one part of the program tells the others: a row
// written in the same transaction as the change it reports, so that a change
// and its event are both there or both not.
//
// An event has no place in the order of events until the dispatcher gives it a
// sequence number after commit; a reader that follows the numbers never skips
// one that was committed late.
package event

import (
	"encoding/json"
	"time"
)

// Type names what happened: an object and a past participle.
type Type string

// The types that the program itself raises.
const (
	OrderCreated           Type = "order.created"
	OrderPaid              Type = "order.paid"
	OrderClosed            Type = "order.closed"
	SurplusFound           Type = "surplus.found"
	SurplusHeld            Type = "surplus.held"
	SurplusKept            Type = "surplus.kept"
	RefundCreated          Type = "refund.created"
	RefundSucceeded        Type = "refund.succeeded"
	RefundFailed           Type = "refund.failed"
	RefundRefused          Type = "refund.refused"
	NoticeMismatched       Type = "notice.mismatched"
	ReconciliationFinished Type = "reconciliation.finished"
	DifferenceFound        Type = "reconciliation.difference_found"
	DifferenceClosed       Type = "reconciliation.difference_closed"
	UserBound              Type = "user.bound"
	UserUnbound            Type = "user.unbound"
	UserDeleted            Type = "user.deleted"
	MessageQueued          Type = "message.queued"
)

// Event is one fact. Version is the version that the object had after the
// change, so that a receiver can drop what it has already seen.
type Event struct {
	ID      string          // evt_...
	Seq     int64           // 0 until the dispatcher numbered it
	Type    Type            //
	Object  string          // id of the thing that changed
	Version int64           // the object's version after the change
	Data    json.RawMessage // the object as it was after the change
	At      time.Time       // UTC
}
