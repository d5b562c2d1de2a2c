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
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
