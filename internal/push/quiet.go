package push

import "time"

// Quiet is a span of every day in China in which nothing leaves, in minutes
// after midnight; it may reach over midnight. Where both are equal there is
// none.
type Quiet struct{ From, To int }

// NightRest is the span in which promotions rest unless told otherwise: from
// ten in the evening to eight.
func NightRest() Quiet { return Quiet{22 * 60, 8 * 60} }

// Ends tells when the quiet ends that t lies in, or the zero time where it
// lies in none.
func (q Quiet) Ends(t time.Time) time.Time {
	local := t.In(china)
	minute := local.Hour()*60 + local.Minute()
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, china)
	end := midnight.Add(time.Duration(q.To) * time.Minute).UTC()
	switch {
	case q.From < q.To && minute >= q.From && minute < q.To, q.From > q.To && minute < q.To:
		return end
	case q.From > q.To && minute >= q.From:
		return end.Add(24 * time.Hour)
	}
	return time.Time{}
}

// dayOf numbers the days in China.
func dayOf(t time.Time) int64 { return (t.Unix() + 8*60*60) / (24 * 60 * 60) }

// MonthOf numbers the months in China.
func MonthOf(t time.Time) int64 {
	local := t.In(china)
	return int64(local.Year())*12 + int64(local.Month())
}

// nextDay is the midnight in China that follows t.
func nextDay(t time.Time) time.Time {
	return time.Unix((dayOf(t)+1)*24*60*60-8*60*60, 0).UTC()
}
