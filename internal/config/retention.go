package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Retention says for how many days rows stay in the database. Zero keeps them
// there for ever. Orders, payments, refunds and the audit trail always stay.
type Retention struct {
	ArchiveDir string `toml:"archive_dir"`         // folder of the archives; empty for archive in Data beside SQLite, and for none on PostgreSQL
	Notices    int    `toml:"notices"`             // days; then archived, as the next three
	Events     int    `toml:"events"`              //
	Messages   int    `toml:"messages"`            //
	Recipients int    `toml:"campaign_deliveries"` // after the campaign's end
	Webhooks   int    `toml:"webhook_deliveries"`  // days after the last try; then deleted, with the attempts
	Bills      int    `toml:"bill_lines"`          // days after they were compared; then deleted
}

// DefaultRetention keeps an order's notices and events for longer than a
// refund may come, which is a year.
func DefaultRetention() Retention {
	return Retention{Notices: 400, Events: 400, Messages: 180, Recipients: 180, Webhooks: 30, Bills: 400}
}

// LeastRetention is how many days nothing is archived before: a platform
// repeats notices for a day, a reader of events may be away for weeks, and a
// refund's messages are looked up for as long.
const LeastRetention = 30

// Days is a number of days as a span of time.
func Days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// ArchiveFolder is where archives are; empty where none are made, because no
// folder is named that all nodes share.
func (c Config) ArchiveFolder() string {
	if c.Retention.ArchiveDir == "" && strings.HasPrefix(c.DatabaseURL(), "sqlite:") {
		return filepath.Join(c.Data, "archive")
	}
	return c.Retention.ArchiveDir
}

// Check fails with an error for each setting that is wrong, which it names as
// the file does.
func (r Retention) Check() error {
	var all []error
	for _, s := range []struct {
		name  string
		days  int
		least int
	}{{"notices", r.Notices, LeastRetention}, {"events", r.Events, LeastRetention}, {"messages", r.Messages, LeastRetention},
		{"campaign_deliveries", r.Recipients, LeastRetention}, {"webhook_deliveries", r.Webhooks, 7},
		{"bill_lines", r.Bills, 60}} {
		if s.days != 0 && (s.days < s.least || s.days > 36500) {
			all = append(all, fmt.Errorf("retention.%s: %d days is neither 0, for ever, nor %d to 36500", s.name, s.days, s.least))
		}
	}
	if r.Events != 0 && (r.Webhooks == 0 || r.Webhooks > r.Events) {
		all = append(all, errors.New("retention.webhook_deliveries: must not be longer than events, which are posted again from there"))
	}
	return errors.Join(all...)
}
