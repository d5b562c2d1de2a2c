// Package id makes the program's opaque identifiers: a prefix that tells what
// the thing is and a UUIDv7 without dashes, so that rows inserted together lie
// together in an index.
package id

import (
	"encoding/hex"

	"github.com/google/uuid"
)

// New returns prefix, an underscore and 32 hexadecimal digits, such as
// "ord_0190...". It is safe for any number of goroutines. It panics only where
// the system has no randomness left to give, as crypto/rand does.
func New(prefix string) string {
	u := uuid.Must(uuid.NewV7())
	return prefix + "_" + hex.EncodeToString(u[:])
}
