package app

import (
	"path/filepath"
	"testing"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/wechat/wechattest"
)

// Invariant 14: the store that nodes share behaves as the client needs it,
// leases included.
func TestInvariant14SharedTokenStore(t *testing.T) {
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "tokens.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	wechattest.TestTokenStore(t, tokens{db.Tokens()})
}
