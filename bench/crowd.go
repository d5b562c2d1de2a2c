package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// crowd is a sandbox with many followers and a server that knows them all. The
// platform reports nothing of messages that it took.
type crowd struct {
	box    *process
	url    string // the sandbox's
	folder string // the server's
	server *server
}

// gather makes people follow and waits until the server has read who they are.
func (l *lab) gather(ctx context.Context, database string, people int) (*crowd, error) {
	box, url, err := l.sandbox(ctx)
	if err != nil {
		return nil, err
	}
	c := &crowd{box: box, url: url}
	err = call(ctx, http.MethodPost, url+"/sandbox/wechat/followers/bulk", fmt.Sprintf(`{"count":%d}`, people), nil)
	if err == nil {
		c.folder, err = l.folder()
	}
	if err == nil {
		c.server, err = l.serve(ctx, url, c.folder, database)
	}
	if err == nil {
		err = c.meet(ctx, people)
	}
	if err != nil {
		c.kill()
		return nil, err
	}
	return c, nil
}

func (c *crowd) kill() {
	if c.server != nil {
		c.server.kill()
	}
	c.box.kill()
}

// meet waits until the server has read who follows, which a new one does by
// itself, and then until it rests.
func (c *crowd) meet(ctx context.Context, people int) error {
	if err := c.settings(ctx, `{"callback_url":""}`); err != nil {
		return err
	}
	began := time.Now()
	err := every(ctx, 20*time.Millisecond, func() (bool, error) {
		var m struct {
			Running bool  `json:"running"`
			Found   int64 `json:"found"`
		}
		err := c.server.api(ctx, http.MethodGet, "/v1/follower_syncs", "", &m)
		return !m.Running && m.Found >= int64(people), err
	})
	say("%d followers were read in %.1fs", people, time.Since(began).Seconds())
	return errors.Join(err, c.server.quiet(ctx))
}

func (c *crowd) settings(ctx context.Context, body string) error {
	return call(ctx, http.MethodPut, c.url+"/sandbox/wechat/settings", body, nil)
}

// truth is what the sandbox knows to have arrived.
type truth struct {
	Delivered       int64 `json:"delivered"`
	Deduplicated    int64 `json:"deduplicated"`
	Recipients      int64 `json:"recipients"`
	RecipientsTwice int64 `json:"recipients_twice"`
}

func (c *crowd) truth(ctx context.Context) (truth, error) {
	var all struct {
		WeChat truth `json:"wechat"`
	}
	err := call(ctx, http.MethodGet, c.url+"/sandbox/truth", "", &all)
	return all.WeChat, err
}

// campaign is one of the server's.
type campaign struct {
	c      *crowd
	ID     string `json:"id"`
	Status string `json:"status"`
	Counts counts `json:"counts"`
}

type counts struct {
	Total   int64 `json:"total"`
	Queued  int64 `json:"queued"`
	Sent    int64 `json:"sent"`
	Failed  int64 `json:"failed"`
	Skipped int64 `json:"skipped"`
	Unknown int64 `json:"unknown"`
	Frozen  bool  `json:"frozen"`
}

// draft makes a campaign of template messages to everybody; rate is messages a
// second, 0 for as many as go.
func (c *crowd) draft(ctx context.Context, rate int) (*campaign, error) {
	m := &campaign{c: c}
	return m, c.server.api(ctx, http.MethodPost, "/v1/campaigns", `{"title":"bench","kind":"service","audience":{"all_followers":true},
		"template":"receipt","data":{"amount":"12.34","subject":"一杯咖啡","number":"BENCH10000000","time":"2026-03-01 09:00"},
		"rate":`+strconv.Itoa(rate)+`}`, m)
}

func (m *campaign) do(ctx context.Context, step string) error {
	return m.c.server.api(ctx, http.MethodPost, "/v1/campaigns/"+m.ID+"/"+step, "", m)
}

// until looks at a campaign often until it is as wanted, and tells when.
func (m *campaign) until(ctx context.Context, wanted func(counts) bool) (at time.Time, err error) {
	err = every(ctx, 5*time.Millisecond, func() (bool, error) {
		err := m.c.server.api(ctx, http.MethodGet, "/v1/campaigns/"+m.ID, "", m)
		at = time.Now()
		return wanted(m.Counts), err
	})
	return at, err
}

// every calls do until it is done or ctx ends.
func every(ctx context.Context, interval time.Duration, do func() (done bool, err error)) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if done, err := do(); done || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
