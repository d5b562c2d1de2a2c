package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// meter is how much processor time was used until a moment, in hundredths of a
// second: by this program and all that it started, and by the whole machine.
type meter struct {
	at            time.Time
	ours, machine int64
}

// readMeter reads /proc, so it needs Linux.
func readMeter() (m meter, err error) {
	m.at = time.Now()
	if m.machine, err = machineTicks(); err != nil {
		return m, err
	}
	folders, err := os.ReadDir("/proc")
	if err != nil {
		return m, err
	}
	parent, used := map[int]int{}, map[int]int64{}
	for _, f := range folders {
		if pid, err := strconv.Atoi(f.Name()); err == nil {
			parent[pid], used[pid], _ = family(pid) // one that has just ended counts for nothing
		}
	}
	for pid, n := range used {
		for up := pid; up > 1; up = parent[up] {
			if up == os.Getpid() {
				m.ours += n
			}
		}
	}
	return m, nil
}

// family tells a process's parent and the processor time that it used.
func family(pid int) (parent int, used int64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, err
	}
	// The name in brackets may hold spaces; the parent is the 2nd word behind
	// it, utime and stime the 12th and 13th.
	words := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(words) < 13 {
		return 0, 0, errors.New("/proc tells no processor time")
	}
	parent, err = strconv.Atoi(words[1])
	user, err1 := strconv.ParseInt(words[11], 10, 64)
	system, err2 := strconv.ParseInt(words[12], 10, 64)
	return parent, user + system, errors.Join(err, err1, err2)
}

// machineTicks is the time that the machine's processors did not rest.
func machineTicks() (busy int64, err error) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	for i, word := range strings.Fields(line)[1:9] {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return 0, err
		}
		if i != 3 && i != 4 { // idle, and waiting for a disk
			busy += n
		}
	}
	return busy, nil
}

// since tells how many processors were busy for us and for others, and the
// milliseconds of processor time that each of done things took.
func (m meter) since(was meter, done int) string {
	took := m.at.Sub(was.at).Seconds() * 100
	ours, machine := float64(m.ours-was.ours), float64(m.machine-was.machine)
	return fmt.Sprintf("%.2f ms of processor time each; %.2f of %d processors busy, %.2f of them for others",
		ours*10/float64(max(done, 1)), machine/took, runtime.NumCPU(), (machine-ours)/took)
}
