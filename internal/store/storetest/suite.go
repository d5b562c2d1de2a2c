package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/paypush/paypush/internal/store"
)

// Run puts one database through every grade.
func Run(t *testing.T, url string) {
	db := Open(t, url, store.Options{})
	for _, grade := range []struct {
		name string
		run  func(*testing.T, *store.DB)
	}{
		{"Orders", orders}, {"Numbers", numbers}, {"Payments", payments}, {"Notices", notices}, {"Notices again", repeats}, {"Leases", leases},
		{"Forged", forged}, {"Order pages", orderPages}, {"Refund pages", refundPages}, {"Surplus pages", surplusPages},
		{"Notice pages", noticePages},
		{"Members", members}, {"Bindings", bindings}, {"Links", links}, {"Messages", messages},
		{"Webhook endpoints", endpoints}, {"Webhook deliveries", deliveries}, {"Webhook leases", deliveryLeases}, {"Webhook leases from the start", leasedDeliveries},
		{"Reconciliations", reconciliations}, {"Differences", differences}, {"Bill lines", billLines},
		{"Webhook attempts", attempts}, {"Chunk leases", chunkLeases}, {"Exact leases", exactLeases}, {"Outbox", outbox}, {"Audit trail", trail}, {"Leaving", leaving}, {"Sessions", sessions}, {"Keys", keys}, {"SignInLinks", signInLinks}, {"Tokens", tokens},
		{"Idempotency", idempotency}, {"Throttle", throttle}, {"Jobs", jobs}, {"Stamp", stamp}, {"Odd text", oddText},
		{"Undo", undo}, {"Stale", staleRuns}, {"Cancelled", cancelled}, {"Panic", panics}, {"Isolation in a group", isolation},
		{"Counting in parallel", counting}, {"Numbering in parallel", numbering}, {"Leasing in parallel", leasing},
		{"One key in parallel", oneKey},
	} {
		t.Run(grade.name, func(t *testing.T) { grade.run(t, db) })
	}
}

// at is when everything in the suite happens: a whole number of microseconds.
var at = time.Date(2026, 3, 1, 4, 5, 6, 789_012_000, time.UTC)

func good(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func fails(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}
