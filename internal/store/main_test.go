package store_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/paypush/paypush/internal/store/pgtest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(writerEnv); url != "" {
		write(url)
		return
	}
	code := pgtest.Main(m)
	// A session manager begins with a store of its own whose cleaner can't be stopped safely.
	cleaner := goleak.IgnoreTopFunction("github.com/alexedwards/scs/v2/memstore.(*MemStore).startCleanup")
	if err := goleak.Find(cleaner); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
