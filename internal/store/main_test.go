package store_test

import (
	"os"
	"testing"

	"github.com/paypush/paypush/internal/store/pgtest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(writerEnv); url != "" {
		write(url)
		return
	}
	os.Exit(pgtest.Main(m))
}
