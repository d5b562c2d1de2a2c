//go:build linux

package walvfs

import "testing"

// WatchSyncs has the test called in place of the system's fdatasync.
func WatchSyncs(t *testing.T, instead func(fd int) error) {
	t.Helper()
	was := fdatasync
	fdatasync = instead
	t.Cleanup(func() { fdatasync = was })
}
