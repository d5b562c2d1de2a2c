package event

import (
	"regexp"
	"strings"
)

// EndpointDisabled tells that a webhook endpoint is not posted to any more.
const EndpointDisabled Type = "webhook_endpoint.disabled"

// reserved are the families that are the program's own, now or later.
var reserved = strings.Fields(`account api_key bind_link binding bill campaign cashier delivery dispute endpoint event follower login
	member message notice order payment paypush payout reconciliation refund sandbox session settlement surplus transfer user webhook
	webhook_endpoint`)

var ownFormat = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$`)

// OfMoney reports whether a type is about money that somebody paid or gets
// back.
func OfMoney(t Type) bool {
	family, _, _ := strings.Cut(string(t), ".")
	return family == "order" || family == "refund" || family == "surplus"
}

// WellFormed reports whether a type may be one of a team: words of small
// letters, digits and underscores, two at least, joined by dots, at most 64
// characters.
func WellFormed(t Type) bool { return len(t) <= 64 && ownFormat.MatchString(string(t)) }

// Reserved reports whether the family of a type, its first word, is one of the
// program's own, so that a team's event can't pass for one of ours.
func Reserved(t Type) bool {
	family, _, _ := strings.Cut(string(t), ".")
	for _, r := range reserved {
		if r == family {
			return true
		}
	}
	return false
}
