package archive

import (
	"fmt"
	"path"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Table is a table whose old rows are archived.
type Table string

// The tables.
const (
	Notices    Table = "notices"
	Events     Table = "events"
	Messages   Table = "messages"
	Recipients Table = "campaign_deliveries"
)

// Tables are all of them, in the order in which they are archived.
func Tables() []Table { return []Table{Notices, Events, Messages, Recipients} }

// Row is one row on its way into a file.
type Row struct {
	Line []byte    // JSON of all its columns, without a line's end
	At   time.Time // by which its age counts, business time
	Seq  int64     // of an event; 0 for others
}

// Archive is one file and the rows that went into it.
type Archive struct {
	Table   Table
	No      int64     // 1, 2, 3, ... within the table
	File    string    // below the archive's folder, with slashes
	Rows    int64     // in the file
	Bytes   int64     // of the file
	SHA256  string    // of the file, in hexadecimal
	FirstAt time.Time // of its oldest row
	LastAt  time.Time // of its newest row
	LastSeq int64     // of its last event; 0 for other tables
	Removed int64     // rows that are deleted from the table by now
	MadeAt  time.Time // real time, as is the next
	EndedAt time.Time // when everything was deleted that was to be; zero while it is under way
}

// name gives an archive its place in the folder.
func name(t Table, no int64, first time.Time) string {
	return path.Join(string(t), first.UTC().Format("2006-01"), fmt.Sprintf("%s-%06d.jsonl.gz", t, no))
}

// Named returns a with a number and the file name that belongs to it.
func (a Archive) Named(no int64) Archive {
	a.No, a.File = no, name(a.Table, no, a.FirstAt)
	return a
}

// Lease says who archives and until when, in real time.
type Lease struct {
	Holder string
	Until  time.Time
}

// The errors.
var (
	// ErrBusy tells that another process is archiving.
	ErrBusy = fault.New(fault.Conflict, "archive_busy", "Another process is archiving. Let it finish.")
	// ErrLost tells that the lease went to another process meanwhile.
	ErrLost = fault.New(fault.Unavailable, "archive_lost", "Another process took over archiving.")
	// ErrDamaged tells that a file is missing or is not what was written.
	ErrDamaged = fault.New(fault.Internal, "archive_damaged", "An archive's file is missing or damaged.")
)
