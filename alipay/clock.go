package alipay

import (
	"strings"
	"time"
)

const (
	timeLayout   = "2006-01-02 15:04:05"
	minuteLayout = "2006-01-02 15:04"
	dateLayout   = "2006-01-02"
)

var beijing = time.FixedZone("CST", 8*60*60)

// Beijing returns the zone of every time on Alipay's wire: UTC+8, fixed, without
// daylight saving and independent of the zone files of the machine.
func Beijing() *time.Location { return beijing }

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(beijing).Format(timeLayout)
}

// parseTime reads a platform time, with or without a fraction of a second, and
// answers it in UTC. The empty string is the zero time.
func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(timeLayout, s, beijing)
	if err != nil {
		t, err = time.ParseInLocation(minuteLayout, s, beijing)
	}
	if err != nil {
		return time.Time{}, err
	}
	return t.UTC(), nil
}

// stamp is a platform time inside JSON. What can't be read is the zero time: a
// reply that says an operation was done must not turn into an error over its date.
type stamp struct{ time.Time }

func (s *stamp) UnmarshalJSON(b []byte) error {
	t, err := parseTime(strings.Trim(string(b), `"`))
	if err == nil {
		s.Time = t
	}
	return nil
}
