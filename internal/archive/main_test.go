package archive_test

import (
	"os"
	"testing"

	"github.com/paypush/paypush/internal/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
