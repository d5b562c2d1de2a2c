package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// How much room there should be.
const (
	diskFail = 200 << 20
	diskWarn = 2 << 30
)

// disk looks for room where the data is.
func (e *examination) disk() {
	folder := e.Config.Data
	if path, ok := strings.CutPrefix(e.Config.DatabaseURL(), "sqlite:"); ok {
		folder = filepath.Dir(path)
	}
	for {
		if _, err := os.Stat(folder); err == nil || folder == filepath.Dir(folder) {
			break
		}
		folder = filepath.Dir(folder) // the first start makes what is missing
	}
	title := Text{"磁盘", "Disk"}
	free, known := freeSpace(folder)
	if !known {
		return
	}
	e.room("disk", title, folder, free, Text{"腾出空间或换更大的磁盘；写满后不再收单。", "Make room or take a larger disk; when it is full, no order is taken."})
}

func (e *examination) room(id string, title Text, folder string, free uint64, advice Text) {
	found := Text{fmt.Sprintf("%s 剩余 %.1f GB。", folder, float64(free)/1e9), fmt.Sprintf("%.1f GB are free at %s.", float64(free)/1e9, folder)}
	switch {
	case free < diskFail:
		e.fail(id, title, found, advice)
	case free < diskWarn:
		e.warn(id, title, found, advice)
	default:
		e.ok(id, title, found)
	}
}
