package pay

import (
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Day is a calendar day in China, written as in "2026-03-01". Platforms draw
// up their bills by it. Days sort as their texts do.
type Day string

const dayLayout = "2006-01-02"

// ErrDay tells that a text is no day.
var ErrDay = fault.Input("/date", "date_invalid", "The date must be a day such as 2026-03-01.")

// ParseDay reads a day and fails with [ErrDay].
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(dayLayout, s)
	if err != nil || t.Year() < 2000 {
		return "", ErrDay
	}
	return Day(s), nil
}

// DayOf is the day in China at a moment.
func DayOf(t time.Time) Day { return Day(t.In(china).Format(dayLayout)) }

// Start is the first moment of the day, in UTC. Of a text that [ParseDay]
// would refuse it is the zero time.
func (d Day) Start() time.Time {
	t, err := time.ParseInLocation(dayLayout, string(d), china)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// End is the first moment of the next day, in UTC.
func (d Day) End() time.Time { return d.Add(1).Start() }

// Add is the day so many days later; n may be negative.
func (d Day) Add(n int) Day { return DayOf(d.Start().In(china).AddDate(0, 0, n)) }
