package store

import (
	"sync"
	"time"
)

// laterPause is how long what is only counted stays in memory.
const laterPause = time.Second

// later runs a write about a second after it was asked for, once for all who
// asked meanwhile, and for the last time when it is closed.
type later struct {
	write   func()
	mu      sync.Mutex
	timer   *time.Timer // nil while nobody asked
	closed  bool
	writing sync.WaitGroup
}

// ask has write run soon. Put down what is to be written before you ask.
func (l *later) ask() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.timer != nil {
		return
	}
	l.writing.Add(1)
	l.timer = time.AfterFunc(laterPause, func() {
		defer l.writing.Done()
		l.mu.Lock()
		l.timer = nil
		l.mu.Unlock()
		l.write()
	})
}

// close runs write for who still waits for it. Who asks afterwards is not
// heard.
func (l *later) close() {
	l.mu.Lock()
	l.closed = true
	due := l.timer != nil && l.timer.Stop()
	l.mu.Unlock()
	if due {
		defer l.writing.Done()
		l.write()
		return
	}
	l.writing.Wait()
}
