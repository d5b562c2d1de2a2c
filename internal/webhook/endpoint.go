package webhook

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/event"
)

// Endpoint is an address of the team's application to which events are posted.
// Times are UTC, business time.
type Endpoint struct {
	ID             string    // whe_...
	URL            string    //
	Description    string    // the team's own words
	Types          []string  // such as "order.paid" or "order.*"; none means every type
	Sealed         []byte    // the secrets; see [Sealer]
	Enabled        bool      //
	DisabledReason Reason    // why it is not enabled
	FailingSince   time.Time // when tries began to fail without one that succeeded; zero while all is well
	Version        int64     //
	CreatedAt      time.Time //
	DeletedAt      time.Time // zero while it exists
}

// Reason is why an endpoint is disabled.
type Reason string

// The reasons.
const (
	ByRequest Reason = "request" // the team disabled it
	Gone      Reason = "gone"    // it answered 410
	Failing   Reason = "failing" // nothing reached it for as long as a delivery is tried
)

// Limits of what a team may ask for.
const (
	MaxEndpoints = 50
	maxTypes     = 50
	maxURL       = 1024
	maxText      = 200
)

// NewEndpoint is what somebody asks to be told, and where.
type NewEndpoint struct {
	URL, Description string
	Types            []string
}

// Change is what is to be different about an endpoint; nil leaves a thing as
// it is.
type Change struct {
	URL, Description *string
	Types            *[]string
	Enabled          *bool
}

// Wants reports whether events of a type are posted to the endpoint.
func (e Endpoint) Wants(t event.Type) bool {
	if len(e.Types) == 0 {
		return true
	}
	for _, want := range e.Types {
		family, ok := strings.CutSuffix(want, "*")
		if want == string(t) || ok && strings.HasPrefix(string(t), family) {
			return true
		}
	}
	return false
}

// apply puts a checked change into e.
func (e *Endpoint) apply(c Change) {
	if c.URL != nil {
		e.URL = *c.URL
	}
	if c.Description != nil {
		e.Description = *c.Description
	}
	if c.Types != nil {
		e.Types = *c.Types
	}
	if c.Enabled != nil && *c.Enabled != e.Enabled {
		e.Enabled, e.DisabledReason, e.FailingSince = *c.Enabled, "", time.Time{}
		if !e.Enabled {
			e.DisabledReason = ByRequest
		}
	}
}

var typeFormat = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?$`)

func goodTypes(types []string) bool {
	for _, t := range types {
		if len(t) > 64 || !typeFormat.MatchString(t) {
			return false
		}
	}
	return len(types) <= maxTypes
}

func goodText(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxText && !strings.ContainsFunc(s, unicode.IsControl)
}
