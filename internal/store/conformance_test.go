package store_test

import (
	"testing"

	"github.com/paypush/paypush/internal/store/storetest"
)

func TestConformance(t *testing.T) { storetest.Each(t, storetest.Run) }
