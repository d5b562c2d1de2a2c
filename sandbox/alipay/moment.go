package alipay

import (
	"errors"
	"strconv"
	"time"
)

const wireTime = "2006-01-02 15:04:05"

var errTimeout = errors.New("not a timeout from 1m to 15d")

// moment is a time in Unix milliseconds; zero means never.
type moment int64

func momentOf(t time.Time) moment { return moment(t.UnixMilli()) }

func (m moment) time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// wire writes the time as the platform does, in China's zone.
func (m moment) wire() string { return m.time().In(china()).Format(wireTime) }

// wireMillis is wire with milliseconds.
func (m moment) wireMillis() string { return m.time().In(china()).Format(wireTime + ".000") }

func (m moment) after(d time.Duration) moment { return m + moment(d.Milliseconds()) }

// china is the platform's zone; it has had no daylight saving since 1991.
func china() *time.Location { return time.FixedZone("CST", 8*60*60) }

// parseMoment reads a time in China's zone, with seconds or only minutes.
func parseMoment(text string) (moment, error) {
	for _, layout := range []string{wireTime, "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, china()); err == nil {
			return momentOf(t), nil
		}
	}
	return 0, errors.New("not a time like yyyy-MM-dd HH:mm:ss")
}

const maxTimeout = 15 * 24 * time.Hour

// parseTimeout reads timeout_express: a whole number of m, h or d up to 15d, or
// 1c for the end of the day. It returns when a trade that begins at from ends.
func parseTimeout(text string, from moment) (moment, error) {
	if text == "1c" {
		y, mon, d := from.time().In(china()).Date()
		return momentOf(time.Date(y, mon, d+1, 0, 0, 0, 0, china())), nil
	}
	if len(text) < 2 || len(text) > 6 {
		return 0, errTimeout
	}
	n, err := strconv.ParseUint(text[:len(text)-1], 10, 16)
	if err != nil || n == 0 {
		return 0, errTimeout
	}
	unit, ok := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[text[len(text)-1]]
	d := time.Duration(n) * unit
	if !ok || d > maxTimeout {
		return 0, errTimeout
	}
	return from.after(d), nil
}
