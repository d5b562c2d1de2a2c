package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/paypush/paypush/wechat"
)

const (
	campaignPeople = 250_000
	campaignRounds = 6
)

// campaignSend lets a campaign send template messages to the sandbox, which
// answers at once, every delivery with a row that is durable before and after.
// The bound is a bare net/http loop, as many messages in flight, that posts
// such messages to the same sandbox. A campaign is resumed for its turns and
// paused for the bound's. In the end the sandbox must have got what was sent,
// to the message.
func campaignSend(ctx context.Context, l *lab, report func(line)) error {
	return l.onBoth(ctx, func(engine, database string) error {
		c, err := l.gather(ctx, database, campaignPeople)
		if err != nil {
			return err
		}
		defer c.kill()
		r, err := c.send(ctx, l.length/8)
		if err != nil {
			return fmt.Errorf("%w\n%s", err, c.server.out)
		}
		r.Engine = engine
		report(r)
		return c.server.stop()
	})
}

func (c *crowd) send(ctx context.Context, length time.Duration) (line, error) {
	bound, err := newPoster(ctx, c)
	if err != nil {
		return line{}, err
	}
	m, err := c.hold(ctx)
	if err != nil {
		return line{}, err
	}
	t, err := takeTurns(ctx, campaignRounds, c.server.quiet,
		func(ctx context.Context) (slice, error) {
			return inFlight(length, func() error { return bound.post(ctx) })
		},
		func(ctx context.Context) (slice, error) { return m.turn(ctx, length) })
	if err != nil {
		return line{}, err
	}
	sayTime("the server", c.server.process, int(m.Counts.Sent))
	r := t.line("deliveries/s")
	if r.RSS, err = c.server.megabytes("VmHWM"); err != nil {
		return r, err
	}
	return r, m.exact(ctx, bound.sent.Load())
}

const (
	latency       = 50 * time.Millisecond
	latencyPeople = 60_000
	latencyRounds = 3
	latencyFaults = `{"seed":1,"rules":[{"at":"wechat.api","kind":"latency","rate":1,"delay":"50ms","path":"/cgi-bin/message/template/send"}]}`
)

// campaignSendLatency is campaignSend to a platform that takes 50 ms for each
// message. The bound is what as many in flight as a server has can reach.
func campaignSendLatency(ctx context.Context, l *lab, report func(line)) error {
	return l.onBoth(ctx, func(engine, database string) error {
		c, err := l.gather(ctx, database, latencyPeople)
		if err != nil {
			return err
		}
		defer c.kill()
		r, err := c.sendSlowly(ctx, l.length/4)
		if err != nil {
			return fmt.Errorf("%w\n%s", err, c.server.out)
		}
		r.Engine = engine
		report(r)
		return c.server.stop()
	})
}

func (c *crowd) sendSlowly(ctx context.Context, length time.Duration) (line, error) {
	if err := call(ctx, http.MethodPut, c.url+"/sandbox/faults", latencyFaults, nil); err != nil {
		return line{}, err
	}
	m, err := c.hold(ctx)
	if err != nil {
		return line{}, err
	}
	var t turns
	for range latencyRounds {
		s, err := m.turn(ctx, length)
		if err != nil {
			return line{}, err
		}
		t.measured = append(t.measured, s)
		t.bound = append(t.bound, slice{sendsInFlight, latency})
	}
	r := t.line("deliveries/s")
	if r.RSS, err = c.server.megabytes("VmHWM"); err != nil {
		return r, err
	}
	return r, m.exact(ctx, 0)
}

// hold makes a campaign that is frozen to the end and paused.
func (c *crowd) hold(ctx context.Context) (*campaign, error) {
	m, err := c.draft(ctx, 0)
	if err != nil {
		return nil, err
	}
	if err := m.do(ctx, "start"); err != nil {
		return nil, err
	}
	if _, err := m.until(ctx, func(n counts) bool { return n.Frozen }); err != nil {
		return nil, err
	}
	return m, m.do(ctx, "pause")
}

// turn lets a campaign send for a while. The clock starts and stops when a
// batch has just been written down, so that neither the first steps after a
// pause nor half a batch distort the rate.
func (m *campaign) turn(ctx context.Context, length time.Duration) (slice, error) {
	if err := m.do(ctx, "resume"); err != nil {
		return slice{}, err
	}
	was := m.Counts.Sent
	began, err := m.until(ctx, func(n counts) bool { return n.Sent > was || n.Queued == 0 })
	first := m.Counts.Sent
	if err == nil {
		_, err = m.until(ctx, func(counts) bool { return time.Since(began) >= length })
	}
	was = m.Counts.Sent
	if err != nil {
		return slice{}, err
	}
	ended, err := m.until(ctx, func(n counts) bool { return n.Sent > was || n.Queued == 0 })
	s := slice{int(m.Counts.Sent - first), ended.Sub(began)}
	if err == nil && m.Counts.Queued == 0 {
		err = errors.New("everybody was told before the time was over; make it shorter by -length")
	}
	return s, errors.Join(err, m.do(ctx, "pause"))
}

// exact holds a paused campaign against what arrived, beside so many others.
func (m *campaign) exact(ctx context.Context, others int64) error {
	got, err := m.c.truth(ctx)
	n := m.Counts
	if err == nil && (got.Delivered != n.Sent+others || got.RecipientsTwice != 0 || got.Deduplicated != 0 || n.Sent+n.Queued != n.Total) {
		err = fmt.Errorf("the campaign counts %+v, with %d others, and the sandbox %+v", n, others, got)
	}
	return err
}

// poster posts template messages of one shape by net/http alone, each to
// another person and with another id, until everybody had one, and so on.
type poster struct {
	http   *http.Client
	url    string
	body   []byte
	people []string
	sent   atomic.Int64
}

const (
	postTo  = "oooooooooooooooooooooooooooo"
	postNth = "00000000000000000000000000000000"
)

func newPoster(ctx context.Context, c *crowd) (*poster, error) {
	client, templateID, err := sandboxClient(ctx, c.url)
	if err != nil {
		return nil, err
	}
	tok, err := client.AccessToken(ctx)
	if err != nil {
		return nil, err
	}
	page, err := client.FollowerPage(ctx, "")
	if err != nil {
		return nil, err
	}
	m := template(postTo, templateID)
	m.ClientMsgID, m.Data["keyword3"] = postNth, wechat.Value{Value: postNth}
	body, err := json.Marshal(m)
	return &poster{url: c.url + sendPath + tok.Reveal(), body: body, people: page.OpenIDs,
		http: &http.Client{Transport: &http.Transport{MaxIdleConns: sendsInFlight, MaxIdleConnsPerHost: sendsInFlight}}}, err
}

func (p *poster) post(ctx context.Context) error {
	n := p.sent.Add(1)
	body := bytes.ReplaceAll(p.body, []byte(postNth), fmt.Appendf(nil, "%032d", n))
	copy(body[bytes.Index(body, []byte(postTo)):], p.people[int(n)%len(p.people)])
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := p.http.Do(r)
	if err != nil {
		return err
	}
	got, err := io.ReadAll(resp.Body)
	if err == nil && !strings.HasPrefix(string(got), `{"errcode":0,`) {
		err = fmt.Errorf("the sandbox answered %q", got)
	}
	return errors.Join(err, resp.Body.Close())
}
