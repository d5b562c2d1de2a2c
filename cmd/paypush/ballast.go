package main

import (
	"os"
	"runtime"
)

// ballastBytes is how much more may be garbage before it is collected.
const ballastBytes = 32 << 20

// ballast has garbage collected less often. What the server keeps in memory is
// some ten megabytes, so that under load the collector would run many times a
// second, for a tenth of the processor time. It reserves memory that is never
// touched, and so takes none, but counts as kept. The caller calls release at
// the end. Where the environment says how to collect, it does nothing.
func ballast() (release func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	reserved := make([]byte, ballastBytes)
	return func() { runtime.KeepAlive(reserved) }
}
