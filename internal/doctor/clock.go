package doctor

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// How far our clock may be from the platforms'. Signed requests of Alipay's V3
// and callbacks of WeChat are refused from ten minutes on.
const (
	skewWarn = 30 * time.Second
	skewFail = 5 * time.Minute
)

// clockWatch notes by how much the platforms' clocks differ from ours.
type clockWatch struct {
	next http.RoundTripper
	now  func() time.Time

	mu   sync.Mutex
	host string
	skew time.Duration // how much we are ahead, the largest seen
}

// RoundTrip implements [http.RoundTripper].
func (c *clockWatch) RoundTrip(r *http.Request) (*http.Response, error) {
	began := c.now()
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if theirs, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		c.note(r.URL.Host, began.Add(c.now().Sub(began)/2).Sub(theirs))
	}
	return resp, nil
}

func (c *clockWatch) note(host string, skew time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.host == "" || skew.Abs() > c.skew.Abs() {
		c.host, c.skew = host, skew
	}
}

// skew reports what the clock watch has seen.
func (e *examination) skew() {
	title := Text{"时钟", "Clock"}
	d := e.clock.skew.Round(time.Second)
	advice := Text{"打开时间同步，例如 timedatectl set-ntp true。", "Switch time synchronisation on, for example by timedatectl set-ntp true."}
	found := Text{fmt.Sprintf("本机时钟与 %s 相差 %s（正数为偏快）。", e.clock.host, d), fmt.Sprintf("This machine's clock differs from %s by %s (positive is fast).", e.clock.host, d)}
	switch {
	case e.clock.host == "":
		e.warn("clock", title, Text{"没有平台应答，无法比较时钟。", "No platform answered, so the clock could not be compared."}, advice)
	case d.Abs() > skewFail:
		e.fail("clock", title, found, advice)
	case d.Abs() > skewWarn:
		e.warn("clock", title, found, advice)
	default:
		e.ok("clock", title, found)
	}
}
