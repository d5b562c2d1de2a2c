package archive_test

import (
	"os"
	"testing"

	"github.com/paypush/paypush/internal/store/pgtest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(workerEnv); url != "" {
		os.Exit(work(url))
	}
	os.Exit(pgtest.Main(m))
}
