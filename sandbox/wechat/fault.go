package wechat

import (
	"context"
	"strconv"
	"time"

	"github.com/paypush/paypush/sandbox/world"
)

// The places where the world's faults may strike this platform.
const (
	atAPI      = "wechat.api"
	atCallback = "wechat.callback"
)

// strike is what the faults drawn for one request amount to.
type strike struct {
	wait     time.Duration
	drop     bool // the request never arrives
	lost     bool // done, but the answer never arrives
	http500  bool
	code     int // errcode, 0: none
	coded    bool
	twice    bool
	later    bool // overtaken by what follows
	forged   bool
	wrongApp bool
}

func (p *Platform) draw(at, path string) strike {
	var s strike
	for _, f := range p.world.Draw(at, path) {
		s.add(f)
	}
	return s
}

func (s *strike) add(f world.Fault) {
	switch f.Kind {
	case "drop":
		s.drop = true
	case "latency", "delay":
		s.wait += f.Delay
	case "reply_lost":
		s.lost = true
	case "http_500":
		s.http500 = true
	case "errcode":
		s.code, s.coded = faultCode(f), true
	case "duplicate":
		s.twice = true
	case "reorder":
		s.later = true
	case "bad_signature":
		s.forged = true
	case "wrong_app":
		s.wrongApp = true
	}
}

// faultCode is the code the rule names; without one the platform is busy.
func faultCode(f world.Fault) int {
	if f.Code != 0 {
		return f.Code
	}
	if n, err := strconv.Atoi(f.CodeText); err == nil {
		return n
	}
	return -1
}

// pause waits d of real time, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
