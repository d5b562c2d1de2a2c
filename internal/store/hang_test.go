package store_test

import (
	"context"
	"testing"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// A node that hangs in the middle of a transaction holds up nobody for long,
// and what it had not committed is gone.
func TestANodeThatHangsLetsGoOfItsLocks(t *testing.T) {
	url := storetest.URL(t, store.Postgres)
	hanging := storetest.Open(t, url+"&idle_in_transaction_session_timeout=200", store.Options{})
	other := storetest.Open(t, url, store.Options{})
	if got := store.Setting(t, other, "idle_in_transaction_session_timeout"); got != "10s" {
		t.Errorf("a transaction may idle for %s", got)
	}
	locked, release, ended := store.Hang(hanging)
	<-locked
	next, release2, ended2 := store.Hang(other)
	<-next // would wait for ever
	close(release2)
	good(t, <-ended2)
	close(release)
	if <-ended == nil {
		t.Error("the node that hung has committed")
	}
	good(t, hanging.Ping(context.Background()))
}
