package webhook

import (
	"testing"
	"time"
)

func TestNoTryBeginsWhenItsLeaseIsNearlyOver(t *testing.T) {
	l := newLane()
	for range 2 * slots {
		if l.enter(time.Now().Add(-time.Second)) {
			t.Fatal("a try began too late")
		}
	}
	if !l.enter(time.Now().Add(time.Hour)) {
		t.Fatal("those who were too late kept their slots")
	}
	l.close()
	if l.enter(time.Now().Add(time.Hour)) {
		t.Fatal("a try began in a lane that has ended")
	}
}
