package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// hash is an argon2id hash with what it takes to make it again.
type hash struct {
	memory, passes uint32 // KiB, iterations
	lanes          uint8
	salt, key      []byte
}

// The most that a stored hash may ask for, so that a damaged or planted row
// can't take the server's memory.
const (
	maxMemoryKiB = 256 * 1024
	maxPasses    = 16
	maxLanes     = 8
	maxBytes     = 64
)

var errFormat = errors.New("the stored password hash is not an argon2id PHC string within bounds")

// String writes the hash in the PHC string format, with base64 unpadded.
func (h hash) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.memory, h.passes, h.lanes, b64(h.salt), b64(h.key))
}

// parse reads what String writes. Its error never repeats the input.
func parse(s string) (hash, error) {
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v="+strconv.Itoa(argon2.Version) {
		return hash{}, errFormat
	}
	cost := strings.Split(part[3], ",")
	if len(cost) != 3 {
		return hash{}, errFormat
	}
	memory, ok1 := number(cost[0], "m=", maxMemoryKiB)
	passes, ok2 := number(cost[1], "t=", maxPasses)
	lanes, ok3 := number(cost[2], "p=", maxLanes)
	salt, ok4 := blob(part[4], 8)
	key, ok5 := blob(part[5], 16)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || memory < 8*lanes {
		return hash{}, errFormat
	}
	return hash{memory: memory, passes: passes, lanes: uint8(lanes), salt: salt, key: key}, nil
}

func number(s, prefix string, most uint32) (uint32, bool) {
	digits, ok := strings.CutPrefix(s, prefix)
	n, err := strconv.ParseUint(digits, 10, 32)
	return uint32(n), ok && err == nil && n >= 1 && uint32(n) <= most
}

func blob(s string, least int) ([]byte, bool) {
	b, err := base64.RawStdEncoding.Strict().DecodeString(s)
	return b, err == nil && len(b) >= least && len(b) <= maxBytes
}
