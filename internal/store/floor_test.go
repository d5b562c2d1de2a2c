package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// A program starts on every schema that still has what it needs, however new,
// and on no other.
func TestASchemaThatLacksWhatWeNeedIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db, ctx := storetest.Open(t, url, store.Options{}), context.Background()
		good(t, db.Migrate(ctx))
		store.Raise(t, db, store.SchemaVersion())
		good(t, db.Migrate(ctx))
		store.Raise(t, db, store.SchemaVersion()+1)
		if err := db.Migrate(ctx); !errors.Is(err, store.ErrNewer) {
			t.Errorf("it is taken: %v", err)
		}
	})
}
