//go:build !linux

package walvfs

// Name is empty: here the log is written by SQLite's own VFS.
func Name() string { return "" }
