package webhook

import (
	"errors"

	"github.com/paypush/paypush/internal/fault"
)

// The errors of this domain. Test for them with errors.Is.
var (
	ErrNoEndpoint = fault.New(fault.NotFound, "webhook_endpoint_not_found", "There is no such webhook endpoint.")
	ErrNoDelivery = fault.New(fault.NotFound, "webhook_delivery_not_found", "There is no such webhook delivery.")
	ErrNoEvent    = fault.New(fault.NotFound, "event_not_found", "There is no such event.")
	ErrTooMany    = fault.New(fault.Conflict, "webhook_endpoints_exhausted",
		"There are 50 webhook endpoints already. Delete one first.")
	ErrDisabled = fault.New(fault.Conflict, "webhook_endpoint_is_disabled",
		"This webhook endpoint is disabled. Enable it first.")
	ErrURL     = fault.Input("/url", "url_invalid", "Give an https address of at most 1,024 characters, without user, password or fragment.")
	ErrPrivate = fault.Input("/url", "address_not_public",
		"This address is not public. The operator may allow its network under webhook_networks.")
	ErrTypes = fault.Input("/types", "types_invalid",
		"Name at most 50 types such as order.paid, or families such as order.*; none means every type.")
	ErrDescription = fault.Input("/description", "description_invalid", "A description has at most 200 characters of text.")
	ErrOverlap     = fault.Input("/overlap_seconds", "overlap_invalid", "The old secret may go on for 0 to 604800 seconds.")
	ErrRange       = fault.Input("/since", "range_invalid", "The range must end after it begins.")
	ErrNoKey       = fault.New(fault.Unavailable, "secret_key_missing",
		"The server has no key to seal secrets with. Its operator must set PAYPUSH_SECRET_KEY_FILE.")
)

// ErrStale tells that a row changed since it was read. [Store.Update] answers
// it by running the transaction again; it never reaches a caller.
var ErrStale = errors.New("the row changed since it was read")
