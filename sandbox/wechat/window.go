package wechat

import "time"

// window is a person's leave to be written to: so many messages until then.
type window struct {
	Left  int   `json:"left"`
	Until int64 `json:"until"` // Unix seconds
}

// What each trigger allows: a typed message five in 48 hours, a follow, a scan
// or a menu tap three in one minute.
const (
	typedCount  = 5
	typedLength = 48 * time.Hour
	briefCount  = 3
	briefLength = time.Minute
)

func (w window) open(now time.Time) bool { return now.Unix() < w.Until }

// take uses one message of the open windows. Triggers do not add up, so one
// message is taken from each of them.
func (m *more) take(now time.Time) error {
	typed, brief := m.Typed.open(now), m.Brief.open(now)
	switch {
	case !typed && !brief:
		return fail(45015)
	case (!typed || m.Typed.Left == 0) && (!brief || m.Brief.Left == 0):
		return fail(45047)
	}
	if typed && m.Typed.Left > 0 {
		m.Typed.Left--
	}
	if brief && m.Brief.Left > 0 {
		m.Brief.Left--
	}
	return nil
}
