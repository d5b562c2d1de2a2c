//go:build linux || darwin

package doctor

import "syscall"

// freeSpace is how many bytes an ordinary user may still write in a folder.
func freeSpace(folder string) (bytes uint64, known bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(folder, &fs); err != nil {
		return 0, false
	}
	return fs.Bavail * uint64(fs.Bsize), true
}

// writable reports whether we may make files in a folder.
func writable(folder string) bool {
	const write, enter = 2, 1
	return syscall.Access(folder, write|enter) == nil
}
