package webhook

import (
	"strconv"
	"testing"
	"time"
)

func idlePump() *pump {
	return &pump{lanes: map[string]*lane{}, results: make(chan result, batch)}
}

// waiting puts n tasks into a lane all of whose slots are taken.
func waiting(p *pump, n int, last time.Time) {
	all := make([]task, n)
	for i := range all {
		all[i] = task{Delivery: Delivery{ID: strconv.Itoa(i), EndpointID: "whe_1"}, last: last}
	}
	p.take("whe_1", n, false)
	p.lanes["whe_1"].busy = slots
	p.put("whe_1", all)
}

func TestNoTryBeginsWhenItsLeaseIsNearlyOver(t *testing.T) {
	p := idlePump()
	waiting(p, 3, time.Now().Add(-time.Second))
	p.work(p.lanes["whe_1"])
	p.tries.Wait()
	for range 3 {
		if r := <-p.results; !r.released || r.attempt.EndpointID != "whe_1" {
			t.Errorf("tried too late: %+v", r)
		}
	}
}

func TestWhatWaitsInALaneThatEndsIsGivenBack(t *testing.T) {
	p := idlePump()
	waiting(p, 3, time.Now().Add(time.Hour))
	p.endGone([]result{{attempt: Attempt{EndpointID: "whe_1", HTTPStatus: statusGone}}})
	if p.room("whe_1", 100) != 0 || p.hold("whe_1", 1, 100) != 0 {
		t.Error("there is room in a lane that has ended")
	}
	p.tries.Wait()
	var back []result
	for range 3 {
		r := <-p.results
		if back = append(back, r); !r.released {
			t.Errorf("tried: %+v", r)
		}
	}
	p.leaveAll(back)
	if p.held != 0 || p.room("whe_1", 100) != 100 {
		t.Error("what is written down still takes room")
	}
}

// Who comes with something new gets no room before those who have waited.
func TestNothingNewPassesWhatIsDue(t *testing.T) {
	p := idlePump()
	if n := p.hold("whe_1", 70, 100); n != 70 {
		t.Fatalf("room for %d", n)
	}
	if n := p.hold("whe_1", 70, 100); n != 30 {
		t.Fatalf("room for %d", n)
	}
	p.drop("whe_1", 30)
	if n := p.hold("whe_1", 1, 100); n != 0 {
		t.Errorf("room for %d beside 40 that wait", n)
	}
	p.take("whe_1", 10, true)
	if n := p.hold("whe_1", 1, 100); n != 0 {
		t.Errorf("room for %d while more is due than was leased", n)
	}
	p.take("whe_1", 10, false)
	if n := p.hold("whe_1", 70, 100); n != 10 {
		t.Errorf("room for %d of what is left", n)
	}
	if n := p.hold("whe_2", 70, 100); n != 70 {
		t.Errorf("another endpoint has room for %d", n)
	}
	p.stop()
	if n := p.hold("whe_3", 1, 100); n != 0 {
		t.Errorf("room for %d after the end", n)
	}
}
