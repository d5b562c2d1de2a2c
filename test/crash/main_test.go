package crash_test

import (
	"os"
	"testing"

	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/test/harness"
)

// bin is the program, built once for all tests of this package.
var bin string

func TestMain(m *testing.M) {
	os.Exit(harness.WithBinary(func(built string) int {
		bin = built
		return pgtest.Main(m)
	}))
}
