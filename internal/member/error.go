package member

import (
	"errors"

	"github.com/paypush/paypush/internal/fault"
)

// The errors of this domain. Test for them with errors.Is.
var (
	ErrNoMember       = fault.New(fault.NotFound, "member_not_found", "There is no such member.")
	ErrNoBinding      = fault.New(fault.NotFound, "binding_not_found", "No WeChat is bound.")
	ErrNoLink         = fault.New(fault.NotFound, "link_not_found", "This link is not known. Get a new QR code on the bind page.")
	ErrLinkExpired    = fault.New(fault.Conflict, "link_expired", "This link has expired. Get a new QR code on the bind page.")
	ErrLinkUsed       = fault.New(fault.Conflict, "link_used", "This link has been used. Get a new QR code on the bind page.")
	ErrLinkOther      = fault.New(fault.Conflict, "link_other", "This link was sent to another WeChat. Scan the QR code yourself.")
	ErrNameTaken      = fault.Input("/user", "name_taken", "This name is taken.")
	ErrSignIn         = fault.New(fault.Unauthorized, "sign_in_failed", "The name or the password is wrong.")
	ErrThrottled      = fault.New(fault.Throttled, "throttled", "Too many tries. Wait some minutes and try again.")
	ErrBoundElsewhere = fault.New(fault.Conflict, "openid_bound", "This WeChat is bound to another account. Unbind it there first.")
	ErrBoundAlready   = fault.New(fault.Conflict, "member_bound", "This account has a WeChat bound already. Unbind it first.")
	ErrLastAdmin      = fault.New(fault.Conflict, "last_admin", "This is the last administrator. Name another one first.")
	ErrSnapshot       = fault.New(fault.Rejected, "snapshot_user", "WeChat showed a preview only. Open the link again and agree to the full service.")
)

// ErrStale tells that a row changed since it was read. [Store.Update] answers
// it by running the transaction again; it never reaches a caller.
var ErrStale = errors.New("the row changed since it was read")
