// Package world is the ground that every emulated platform of the sandbox
// stands on: one clock, one set of faults, one journal that survives a killed
// process, and wake-up calls for pages that show live state.
//
// It knows nothing about any platform and speaks no wire protocol; those live
// in the sibling packages.
//
// The rule that surprises: time here is the world's, not the machine's. It may
// run faster, it may be pushed forward by Advance, and it never goes back, not
// even over a restart. Anything with a due time asks this clock.
package world

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
)

// Options says how a World behaves. The zero value is a world in real time
// that keeps nothing.
type Options struct {
	// Dir is the folder of the journal; it is made when missing. Empty means
	// that nothing is kept.
	Dir string
	// Speed is how many seconds pass in the world during a real one. Zero
	// means one.
	Speed float64
	// Seed makes fault draws repeatable. Zero picks one at random.
	Seed uint64
	// Logger receives what went wrong in callbacks. Nil discards it.
	Logger *slog.Logger
}

// World is a clock, faults, a journal and streams. All methods may be called
// from any goroutine.
type World struct {
	clock
	faults
	journal
	streams

	logger *slog.Logger
	cancel context.CancelFunc
	once   sync.Once
}

// New opens the world kept in o.Dir, or makes one. The clock goes on from
// where the journal says it was. The caller must Close it.
func New(o Options) (*World, error) {
	if o.Speed < 0 || o.Speed > maxSpeed {
		return nil, fmt.Errorf("world: a speed of %g is outside 0 to %g", o.Speed, float64(maxSpeed))
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	w := &World{logger: o.Logger}
	if err := w.journal.open(o.Dir); err != nil {
		return nil, err
	}
	if err := w.startClock(o.Speed); err != nil {
		return nil, errors.Join(err, w.journal.close())
	}
	w.faults.start(o.Seed)
	return w, nil
}

// Logger returns the logger given in Options; it is never nil.
func (w *World) Logger() *slog.Logger { return w.logger }

// Close ends the context of running callbacks, waits for them, and closes the
// journal. It must not be called from a callback. A second call does nothing.
func (w *World) Close() error {
	var err error
	w.once.Do(func() {
		w.cancel()
		w.clock.stop()
		err = w.journal.close()
	})
	return err
}
