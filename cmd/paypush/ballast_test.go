package main

import (
	"runtime"
	"testing"
)

func TestBallastHoldsTheCollectorBack(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	without := nextCollection()
	release := ballast()
	with := nextCollection()
	release()
	if with < without+ballastBytes {
		t.Errorf("collected at %d bytes, and at %d without", with, without)
	}
}

func TestBallastLeavesTheChoiceToTheEnvironment(t *testing.T) {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Setenv("GOGC", "")
		t.Setenv("GOMEMLIMIT", "")
		t.Setenv(name, "150MiB")
		without := nextCollection()
		release := ballast()
		with := nextCollection()
		release()
		if with >= without+ballastBytes {
			t.Errorf("with %s: collected at %d bytes, and at %d without", name, with, without)
		}
	}
}

// nextCollection is how large the heap is to be when it is collected next.
func nextCollection() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.NextGC
}
