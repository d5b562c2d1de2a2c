package push

import (
	"errors"

	"github.com/paypush/paypush/internal/fault"
)

// The errors of this domain. Test for them with errors.Is.
var (
	ErrNoMessage   = fault.New(fault.NotFound, "message_not_found", "There is no such message.")
	ErrNoRecipient = fault.Input("/member", "recipient_invalid", "Name exactly one of member and openid.")
	ErrUnreachable = fault.New(fault.Conflict, "member_unreachable", "This member has no bound WeChat. Let them bind it first.")
	ErrNoContent   = fault.Input("/text", "content_invalid", "Give exactly one of text (1 to 600 characters) and template.")
	ErrNoTemplate  = fault.Input("/template", "template_unknown", "There is no such template.")
)

// ErrStale tells that a row changed since it was read. [Store.Update] answers
// it by running the transaction again; it never reaches a caller.
var ErrStale = errors.New("the row changed since it was read")
