// Package walvfs has SQLite write its log in one piece. Through the VFS that it
// registers, a commit writes what it adds to the write-ahead log by one call of
// the system rather than by two for each page, and makes it durable by
// fdatasync, which leaves out the time of the last change that fsync would
// write too. Everything else, locks and the database file included, is SQLite's
// own VFS of the platform.
//
// It is not a store: it knows nothing of pages, frames or transactions.
//
// The rule that surprises: a connection that writes through it has to keep
// synchronous=FULL. SQLite then syncs the log before it shows a commit to other
// connections, and the sync is what brings the gathered bytes to the file; with
// less, others would look for frames that are not there yet.
//
// Sources: https://sqlite.org/vfs.html and https://sqlite.org/walformat.html.
package walvfs
