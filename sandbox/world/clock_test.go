package world

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func open(t *testing.T, o Options) *World {
	t.Helper()
	w, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func TestTimersRunInOrderOfTheirDueTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, Options{})
		var mu sync.Mutex
		var got []int
		for _, minutes := range []int{3, 1, 2} {
			w.AfterFunc(time.Duration(minutes)*time.Minute, func(context.Context) {
				mu.Lock()
				defer mu.Unlock()
				got = append(got, minutes)
			})
		}
		for range 3 {
			w.Advance(time.Minute)
			synctest.Wait()
		}
		if want := []int{1, 2, 3}; !slices.Equal(got, want) {
			t.Errorf("ran %v, want %v", got, want)
		}
	})
}

func TestTimersFollowRealTimeAtTheirSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, Options{Speed: 60})
		began := time.Now()
		ran := make(chan time.Time, 1)
		w.AfterFunc(time.Hour, func(context.Context) { ran <- time.Now() })
		if real := (<-ran).Sub(began); real < time.Minute || real > time.Minute+time.Second {
			t.Errorf("an hour at speed 60 took %s", real)
		}
	})
}

func TestStopPreventsARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, Options{})
		stop := w.AfterFunc(time.Minute, func(context.Context) { t.Error("ran after stop") })
		stop()
		stop()
		w.Advance(time.Hour)
		synctest.Wait()
	})
}

func TestAnElapsedDelayRunsPromptly(t *testing.T) {
	w := open(t, Options{})
	ran := make(chan struct{})
	w.AfterFunc(-time.Hour, func(context.Context) { close(ran) })
	<-ran
}

func TestCloseEndsTheContextAndWaits(t *testing.T) {
	w, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	running, finished := make(chan struct{}), false
	w.AfterFunc(0, func(ctx context.Context) {
		close(running)
		<-ctx.Done()
		finished = true
	})
	<-running
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !finished {
		t.Error("Close did not wait for the callback")
	}
}

func TestTheClockNeverGoesBackOverARestart(t *testing.T) {
	dir := t.TempDir()
	first, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	then := first.Advance(30 * 24 * time.Hour)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open(t, Options{Dir: dir})
	if now := second.Now(); now.Before(then) || now.After(then.Add(time.Minute)) {
		t.Errorf("after the restart it is %s, before it was %s", now, then)
	}
	if second.Now().Location() != time.UTC {
		t.Error("the clock is not in UTC")
	}
}

func TestAdvanceIgnoresNegativeSteps(t *testing.T) {
	w := open(t, Options{})
	before := w.Now()
	if after := w.Advance(-time.Hour); after.Before(before) {
		t.Errorf("went back from %s to %s", before, after)
	}
}

func TestNewRefusesAnImpossibleSpeed(t *testing.T) {
	for _, speed := range []float64{-1, maxSpeed * 2} {
		if _, err := New(Options{Speed: speed}); err == nil {
			t.Errorf("speed %g was accepted", speed)
		}
	}
}
