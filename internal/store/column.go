package store

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/push"
)

// micros gives a time as the database keeps it: UTC microseconds since 1970,
// and 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// moment reads such a column back.
type moment struct{ to *time.Time }

// Scan implements sql.Scanner.
func (m moment) Scan(v any) error {
	n, _ := v.(int64)
	*m.to = fromMicros(n)
	return nil
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// waysText keeps ways in their order.
func waysText(ways []push.Way) string {
	parts := make([]string, len(ways))
	for i, w := range ways {
		parts[i] = string(w)
	}
	return strings.Join(parts, ",")
}

// waysOf reads such a column back.
type waysOf struct{ to *[]push.Way }

// Scan implements sql.Scanner.
func (w waysOf) Scan(v any) error {
	s, _ := v.(string)
	*w.to = nil
	for part := range strings.SplitSeq(s, ",") {
		if part != "" {
			*w.to = append(*w.to, push.Way(part))
		}
	}
	return nil
}

// skipsOf reads what [push.Skips.String] wrote.
type skipsOf struct{ to *push.Skips }

// Scan implements sql.Scanner.
func (k skipsOf) Scan(v any) error {
	s, _ := v.(string)
	*k.to = push.ParseSkips(s)
	return nil
}

// flag keeps a truth as 0 or 1.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// truth reads such a column back.
type truth struct{ to *bool }

// Scan implements sql.Scanner.
func (t truth) Scan(v any) error {
	*t.to = v == int64(1)
	return nil
}

// pack writes a map as JSON text, and an empty one as empty text. The maps of
// the domains hold strings only, so it can't fail.
func pack[M ~map[string]V, V any](m M) string {
	if len(m) == 0 {
		return ""
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic("store: a map of strings did not marshal: " + err.Error())
	}
	return string(b)
}

// packed reads such a column back; an empty map comes back nil.
type packed[M ~map[string]V, V any] struct{ to *M }

// Scan implements sql.Scanner.
func (p packed[M, V]) Scan(v any) error {
	var b []byte
	switch v := v.(type) {
	case string:
		b = []byte(v)
	case []byte:
		b = v
	}
	if len(b) == 0 {
		*p.to = nil
		return nil
	}
	return json.Unmarshal(b, p.to)
}
