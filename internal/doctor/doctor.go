// Package doctor finds out why a paypush does not work yet, or will not for
// long: it looks at the configuration, calls the platforms harmlessly, opens
// our own public address and the database, and says of each what was found and
// what to do, in Chinese and English.
//
// It changes nothing anywhere. The rule that surprises: it goes on after a
// fault, so that one look shows everything; what can't be tried because of an
// earlier fault is left out rather than reported twice.
package doctor

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/paypush/paypush/internal/config"
)

// Status says how a check ended.
type Status string

// The statuses, from good to bad.
const (
	OK   Status = "ok"
	Warn Status = "warn" // works, but not as it should
	Fail Status = "fail" // does not work
)

// Text is a sentence in both languages.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Check is one thing that was looked at. ID is stable; Advice is empty where
// there is nothing to do.
type Check struct {
	ID     string `json:"id"`
	Title  Text   `json:"title"`
	Status Status `json:"status"`
	Found  Text   `json:"found"`
	Advice Text   `json:"advice"`
}

// Report is everything that was looked at, in the order in which to read it.
type Report struct {
	Checks []Check `json:"checks"`
}

// Worst is the worst status of all checks.
func (r Report) Worst() Status {
	worst := OK
	for _, c := range r.Checks {
		if c.Status == Fail || c.Status == Warn && worst == OK {
			worst = c.Status
		}
	}
	return worst
}

// Subject is what is examined.
type Subject struct {
	Config    config.Config
	Faults    error             // what was wrong with reading and checking the configuration; may be several, joined
	Platforms http.RoundTripper // the way to the platforms, the server's own; nil for the default
	Schema    int64             // the newest migration that this program knows; 0 where that is not known
	Now       func() time.Time  // real time; nil for the system's clock
}

// Examine looks at everything. It takes seconds, longer where somebody does
// not answer; a cancelled ctx makes what is left fail.
func Examine(ctx context.Context, s Subject) Report {
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Platforms == nil {
		s.Platforms = http.DefaultTransport
	}
	e := &examination{Subject: s, clock: &clockWatch{next: s.Platforms, now: s.Now}}
	e.configuration()
	e.secretKey()
	for _, a := range s.Config.Alipay {
		e.alipay(ctx, a)
	}
	for _, w := range s.Config.WeChat {
		e.wechat(ctx, w)
	}
	e.skew()
	e.callback(ctx)
	e.database(ctx)
	e.disk()
	e.archive()
	return e.report
}

// examination collects while it goes.
type examination struct {
	Subject
	clock  *clockWatch
	report Report
}

// patience is how long one call may take.
const patience = 15 * time.Second

// client calls the platforms and notes their clocks.
func (e *examination) client() *http.Client {
	return &http.Client{Transport: e.clock, Timeout: patience}
}

func (e *examination) add(status Status, id string, title, found, advice Text) {
	e.report.Checks = append(e.report.Checks, Check{ID: id, Title: title, Status: status, Found: found, Advice: advice})
}

func (e *examination) ok(id string, title, found Text) { e.add(OK, id, title, found, Text{}) }

func (e *examination) warn(id string, title, found, advice Text) {
	e.add(Warn, id, title, found, advice)
}

func (e *examination) fail(id string, title, found, advice Text) {
	e.add(Fail, id, title, found, advice)
}

// named is a title with the account it is about.
func named(title Text, account string) Text {
	return Text{title.ZH + "（" + account + "）", title.EN + " (" + account + ")"}
}

// same is a text that is the same in both languages.
func same(text string) Text { return Text{text, text} }

func nameOf(name, platform string) string { return cmp.Or(name, platform) }
