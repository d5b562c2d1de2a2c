package push

import (
	"errors"

	"github.com/paypush/paypush/internal/fault"
)

// The errors of this domain. Test for them with errors.Is.
var (
	ErrNoMessage  = fault.New(fault.NotFound, "message_not_found", "There is no such message.")
	ErrNoContent  = fault.Input("/text", "content_invalid", "Give exactly one of text (1 to 600 characters) and template.")
	ErrNoTemplate = fault.Input("/template", "template_unknown", "There is no such template.")
)

// ErrStale tells that a row changed since it was read. [Store.Update] answers
// it by running the transaction again; it never reaches a caller.
var ErrStale = errors.New("the row changed since it was read")

// The errors of campaigns.
var (
	ErrArchived        = fault.New(fault.NotFound, "recipients_archived", "The recipients of this campaign are archived; its counts are kept.")
	ErrNoCampaign      = fault.New(fault.NotFound, "campaign_not_found", "There is no such campaign.")
	ErrCampaignState   = fault.New(fault.Conflict, "campaign_state", "The campaign's status does not allow this.")
	ErrAudience        = fault.Input("/audience", "audience_invalid", "Name exactly one of all_followers, members, tag, openids and paid_since.")
	ErrTooManyOpenIDs  = fault.Input("/audience/openids", "openids_too_many", "A list has 1 to 100000 openids of at most 64 characters.")
	ErrPurpose         = fault.Input("/kind", "kind_invalid", "The kind is service or promotion.")
	ErrPromoByTemplate = fault.Input("/template", "promotion_by_template",
		"Template messages are for service notices alone. Give a promotion as text; it goes out by mass send.")
	ErrMissed    = fault.Input("/if_missed", "if_missed_invalid", "If a start is missed, start or cancel.")
	ErrNoAccount = fault.New(fault.Conflict, "account_missing", "There is no WeChat account to send from.")
)
