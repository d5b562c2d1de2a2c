package wechat

import (
	"fmt"
	"io"
	"log/slog"
)

const hidden = "[hidden]"

// Secret is a string that never prints itself: fmt, log/slog and every text or
// JSON encoder show a placeholder. [Secret.Reveal] gives the value.
type Secret string

// Reveal returns the value itself; whoever calls it answers for where it goes.
func (s Secret) Reveal() string { return string(s) }

// String returns a placeholder.
func (s Secret) String() string { return hidden }

// Format writes a placeholder for every verb, also for those that fmt would
// otherwise apply to the underlying string.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue returns a placeholder for log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText returns a placeholder, so that no configuration dump holds the
// value. Decoding is unaffected.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
