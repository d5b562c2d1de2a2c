package pay

import (
	"strconv"
	"testing"
)

func TestLatelyForgetsTheOldestFirst(t *testing.T) {
	l := newLately()
	for i := range 3 * latelyMost {
		l.add("alipay", strconv.Itoa(i))
	}
	if len(l.newer)+len(l.older) > 2*latelyMost {
		t.Errorf("%d and %d are remembered", len(l.newer), len(l.older))
	}
	last := strconv.Itoa(3*latelyMost - 1)
	if !l.has("alipay", last) || !l.has("alipay", strconv.Itoa(2*latelyMost)) || l.has("other", last) {
		t.Error("what came last is not known, or is known of another account")
	}
}
