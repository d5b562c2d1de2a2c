package store_test

import (
	"testing"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// TestConformanceWithoutJoinsThatRemember has PostgreSQL run everything by
// nested loops, as it does by itself where it believes that few rows are there.
// A part of a statement that locks rows up to a limit and runs in a loop locks
// others in each round.
func TestConformanceWithoutJoinsThatRemember(t *testing.T) {
	url := storetest.URL(t, store.Postgres)
	storetest.Run(t, url+"&enable_hashjoin=off&enable_mergejoin=off&enable_hashagg=off&enable_material=off&enable_sort=off")
}
