//go:build linux

package walvfs

import (
	"os"

	"golang.org/x/sys/unix"
)

// most bounds what is gathered in memory before it is written.
const most = 1 << 20

var fdatasync = unix.Fdatasync

// log is a log that is open, by a descriptor of its own beside SQLite's. One
// connection uses it, from one goroutine at a time.
type log struct {
	file     *os.File
	gathered []byte
	at       int64 // where what is gathered belongs
	synced   bool  // by SQLite once, which syncs the folder too
}

// write gathers b, which belongs at the offset.
func (l *log) write(b []byte, at int64) error {
	if len(l.gathered) > 0 && (at != l.at+int64(len(l.gathered)) || len(l.gathered)+len(b) > most) {
		if err := l.flush(); err != nil {
			return err
		}
	}
	if len(l.gathered) == 0 {
		l.at = at
	}
	l.gathered = append(l.gathered, b...)
	return nil
}

// flush brings what is gathered to the file. What could not be written is
// forgotten, because SQLite takes back the transaction that it belongs to.
func (l *log) flush() error {
	if len(l.gathered) == 0 {
		return nil
	}
	_, err := l.file.WriteAt(l.gathered, l.at)
	l.gathered = l.gathered[:0]
	return err
}

// sync makes durable what was flushed, and the size of the file if it grew.
func (l *log) sync() error {
	for {
		if err := fdatasync(int(l.file.Fd())); err != unix.EINTR { //nolint:errorlint // an errno is itself
			return err
		}
	}
}
