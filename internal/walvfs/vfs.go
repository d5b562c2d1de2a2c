//go:build linux

package walvfs

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

const name = "paypush-wal"

// Name registers the VFS, once in a process, and gives the name to open a
// database with. It is safe for concurrent use.
func Name() string {
	register()
	return name
}

// The functions of a file as SQLite calls them.
type (
	openFunc     = func(tls *libc.TLS, vfs, path, file uintptr, flags int32, out uintptr) int32
	closeFunc    = func(tls *libc.TLS, file uintptr) int32
	transferFunc = func(tls *libc.TLS, file, b uintptr, n int32, at int64) int32
	truncateFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	syncFunc     = func(tls *libc.TLS, file uintptr, flags int32) int32
	sizeFunc     = func(tls *libc.TLS, file, size uintptr) int32
)

// What SQLite's own VFS does, as far as it is called from here, and the methods
// that a log has instead of those of its own.
var (
	platform  uintptr
	native    sqlite3.Tsqlite3_io_methods
	gathering uintptr
	methods   sync.Once

	logs sync.Map // *log by SQLite's handle
)

// register copies SQLite's own VFS under another name, with another way to open
// a file. A process without memory for it can't go on, nor can one whose
// SQLite knows no VFS.
var register = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	defer tls.Close()
	platform = sqlite3.Xsqlite3_vfs_find(tls, 0)
	ours := kept[sqlite3.Tsqlite3_vfs](tls)
	*ours = *at[sqlite3.Tsqlite3_vfs](platform)
	var err error
	if ours.FzName, err = libc.CString(name); err != nil {
		panic(fmt.Errorf("walvfs: %w", err))
	}
	ours.FpNext, ours.FxOpen = 0, pointer(open)
	if code := sqlite3.Xsqlite3_vfs_register(tls, uintptr(unsafe.Pointer(ours)), 0); code != sqlite3.SQLITE_OK {
		panic(fmt.Errorf("walvfs: SQLite did not take the VFS: %d", code))
	}
})

// open opens a file as ever. A log is then opened once more, to be written.
func open(tls *libc.TLS, _, path, file uintptr, flags int32, out uintptr) int32 {
	code := function[openFunc](at[sqlite3.Tsqlite3_vfs](platform).FxOpen)(tls, platform, path, file, flags, out)
	if code != sqlite3.SQLITE_OK || flags&sqlite3.SQLITE_OPEN_WAL == 0 {
		return code
	}
	handle := at[sqlite3.Tsqlite3_file](file)
	methods.Do(func() { replace(tls, handle.FpMethods) })
	f, err := os.OpenFile(libc.GoString(path), os.O_RDWR, 0)
	if err != nil {
		function[closeFunc](native.FxClose)(tls, file)
		handle.FpMethods = 0 // so that SQLite does not close it again
		return sqlite3.SQLITE_CANTOPEN
	}
	logs.Store(file, &log{file: f})
	handle.FpMethods = gathering
	return sqlite3.SQLITE_OK
}

// replace keeps the methods of a file and makes those of a log from them.
func replace(tls *libc.TLS, those uintptr) {
	native = *at[sqlite3.Tsqlite3_io_methods](those)
	ours := kept[sqlite3.Tsqlite3_io_methods](tls)
	*ours = native
	ours.FxClose, ours.FxRead, ours.FxWrite = pointer(closed), pointer(read), pointer(write)
	ours.FxTruncate, ours.FxSync, ours.FxFileSize = pointer(truncate), pointer(synced), pointer(size)
	gathering = uintptr(unsafe.Pointer(ours))
}

func write(_ *libc.TLS, file, b uintptr, n int32, offset int64) int32 {
	return result(of(file).write(unsafe.Slice(at[byte](b), n), offset), sqlite3.SQLITE_IOERR_WRITE)
}

// synced leaves the first time to SQLite, whose sync of a new log includes the
// folder that it is in.
func synced(tls *libc.TLS, file uintptr, flags int32) int32 {
	l := of(file)
	if code := flushed(l); code != sqlite3.SQLITE_OK {
		return code
	}
	if l.synced {
		return result(l.sync(), sqlite3.SQLITE_IOERR_FSYNC)
	}
	code := function[syncFunc](native.FxSync)(tls, file, flags)
	l.synced = code == sqlite3.SQLITE_OK
	return code
}

// Whatever looks at the file finds in it what was written.

func read(tls *libc.TLS, file, b uintptr, n int32, offset int64) int32 {
	if code := flushed(of(file)); code != sqlite3.SQLITE_OK {
		return code
	}
	return function[transferFunc](native.FxRead)(tls, file, b, n, offset)
}

func truncate(tls *libc.TLS, file uintptr, to int64) int32 {
	if code := flushed(of(file)); code != sqlite3.SQLITE_OK {
		return code
	}
	return function[truncateFunc](native.FxTruncate)(tls, file, to)
}

func size(tls *libc.TLS, file, into uintptr) int32 {
	if code := flushed(of(file)); code != sqlite3.SQLITE_OK {
		return code
	}
	return function[sizeFunc](native.FxFileSize)(tls, file, into)
}

func closed(tls *libc.TLS, file uintptr) int32 {
	l := of(file)
	logs.Delete(file)
	code := flushed(l)
	if err := l.file.Close(); code == sqlite3.SQLITE_OK {
		code = result(err, sqlite3.SQLITE_IOERR_CLOSE)
	}
	if other := function[closeFunc](native.FxClose)(tls, file); code == sqlite3.SQLITE_OK {
		code = other
	}
	return code
}

func of(file uintptr) *log {
	l, _ := logs.Load(file)
	return l.(*log) //nolint:forcetypeassert // the map holds nothing else
}

func flushed(l *log) int32 { return result(l.flush(), sqlite3.SQLITE_IOERR_WRITE) }

// result is how SQLite is told of an error.
func result(err error, code int32) int32 {
	switch {
	case err == nil:
		return sqlite3.SQLITE_OK
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return sqlite3.SQLITE_FULL
	}
	return code
}

// at is what lies at an address outside Go's memory.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// kept makes room outside Go's memory that is never given back.
func kept[T any](tls *libc.TLS) *T {
	var t T
	address := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(t)))
	if address == 0 {
		panic("walvfs: no memory")
	}
	return at[T](address)
}

// function is the Go function that SQLite's pointer means, and pointer the
// other way round.
func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }

func pointer(f any) uintptr { return (*[2]uintptr)(unsafe.Pointer(&f))[1] }
