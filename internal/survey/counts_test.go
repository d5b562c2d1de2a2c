package survey_test

import (
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/store/storetest"
)

// insert runs statements of a test's own.
func insert(t *testing.T, url string, statements ...string) {
	t.Helper()
	db := storetest.Raw(t, url)
	for _, q := range statements {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

func TestCountsTellWhatWaitsAndHowLong(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		jobs := `INSERT INTO jobs (id, kind, key, payload, state, attempt, run_at, ended_at, error) VALUES
			('a', 'k', 'a', X'', 'ready', 0, 1772366370000000, 0, ''), ('b', 'k', 'b', X'', 'ready', 0, 1772362000000000, 0, ''),
			('c', 'k', 'c', X'', 'ready', 0, 1772366500000000, 0, ''), ('d', 'k', 'd', X'', 'running', 1, 1772362000000000, 0, '')`
		if strings.HasPrefix(url, "postgres") {
			jobs = `INSERT INTO river_job (kind, args, max_attempts, state, scheduled_at) VALUES
				('k', '{}', 3, 'available', to_timestamp(1772366370)), ('k', '{}', 3, 'retryable', to_timestamp(1772362000)),
				('k', '{}', 3, 'scheduled', to_timestamp(1772366500)), ('k', '{}', 3, 'running', to_timestamp(1772362000))`
		}
		insert(t, url, jobs,
			`INSERT INTO campaigns (id, no, title, kind, account, audience, template, template_version, vals, text, link, rate, start_at, if_missed,
				quiet_from, quiet_to, gap, status, hold_until, hold_reason, version, created_at, started_at, done_at) VALUES
				('c1', 1, '', '', '', '', '', 0, '', '', '', 0, 0, '', 0, 0, 0, 'running', 0, '', 1, 0, 0, 0),
				('c2', 2, '', '', '', '', '', 0, '', '', '', 0, 0, '', 0, 0, 0, 'running', 1772366500000000, 'quiet_hours', 1, 0, 0, 0),
				('c3', 3, '', '', '', '', '', 0, '', '', '', 0, 0, '', 0, 0, 0, 'paused', 0, '', 1, 0, 0, 0)`,
			`INSERT INTO campaign_chunks (campaign_no, first, size, due_at, holder, lease_until, sent, failed, skipped, unknown) VALUES
				(1, 0, 5, 1772366390000000, '', 0, 0, 0, 0, 0), (1, 5, 5, 1772366500000000, '', 0, 0, 0, 0, 0),
				(2, 0, 5, 1772366000000000, '', 0, 0, 0, 0, 0), (3, 0, 5, 1772366000000000, '', 0, 0, 0, 0, 0)`,
			`INSERT INTO cursors (name, seq) VALUES ('dispatch', 1)`,
			`INSERT INTO events (id, seq, type, object, version, data, at) VALUES
				('e1', 1, 't', 'o', 1, '{}', 1772366000000000), ('e2', 2, 't', 'o', 1, '{}', 1772366390000000),
				('e3', 3, 't', 'o', 1, '{}', 1772366395000000), ('e4', 0, 't', 'o', 1, '{}', 1772366399000000)`)
		got, err := look(t, url).Counts(t.Context(), now, now)
		if err != nil {
			t.Fatal(err)
		}
		if got.Undispatched.Count != 2 || got.Undispatched.Oldest != 10*time.Second || got.Unnumbered.Count != 1 || got.Unnumbered.Oldest != time.Second {
			t.Errorf("events: %+v", got)
		}
		if got.RunningCampaigns != 2 || got.HeldCampaigns != 1 || got.DueChunks.Count != 1 || got.DueChunks.Oldest != 10*time.Second {
			t.Errorf("campaigns: %+v", got)
		}
		var counts []int64
		for _, j := range got.Jobs {
			counts = append(counts, j.Count)
		}
		if got.RunningJobs != 1 || got.OldestJob != 4400*time.Second || len(counts) != 5 ||
			counts[0] != 2 || counts[1] != 2 || counts[2] != 1 || counts[4] != 1 {
			t.Errorf("jobs: %+v %v", got, counts)
		}
	})
}

// A delivery to an endpoint that is disabled or gone keeps nobody waiting.
func TestCountsTellWhichWebhooksAreDue(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		empty := "X''"
		if strings.HasPrefix(url, "postgres") {
			empty = "''"
		}
		insert(t, url, strings.ReplaceAll(`INSERT INTO webhook_endpoints (id, url, description, types, sealed, enabled, disabled_reason, failing_since, version, created_at, deleted_at)
			VALUES ('e1', 'u', '', '', BLOB, 1, '', 0, 1, 1, 0), ('e2', 'u', '', '', BLOB, 0, 'failing', 0, 1, 1, 0), ('e3', 'u', '', '', BLOB, 1, '', 0, 1, 1, 9),
			('e4', 'u', '', '', BLOB, 1, '', 0, 1, 1, 0)`, "BLOB", empty),
			`INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, body, status, attempts, tries, next_at, leased_until, failing_since, give_up_at, version, created_at, done_at)
			VALUES ('a', 'e1', 'v1', 't', '', 'pending', 0, 0, 1772366370000000, 0, 0, 0, 1, 1, 0),
			('b', 'e1', 'v2', 't', '', 'pending', 0, 0, 1772366500000000, 0, 0, 0, 1, 1, 0),
			('c', 'e1', 'v3', 't', '', 'delivered', 0, 0, 0, 0, 0, 0, 1, 1, 1),
			('d', 'e2', 'v1', 't', '', 'pending', 0, 0, 1, 0, 0, 0, 1, 1, 0), ('e', 'e3', 'v1', 't', '', 'pending', 0, 0, 1, 0, 0, 0, 1, 1, 0),
			('f', 'e4', 'v1', 't', '', 'pending', 0, 0, 1772366390000000, 0, 0, 0, 1, 1, 0)`)
		got, err := look(t, url).Counts(t.Context(), now, now)
		if err != nil {
			t.Fatal(err)
		}
		if got.PendingWebhooks != 3 || got.DueWebhooks.Count != 2 || got.DueWebhooks.Oldest != 30*time.Second {
			t.Errorf("webhooks: %d pending, due %+v", got.PendingWebhooks, got.DueWebhooks)
		}
	})
}
