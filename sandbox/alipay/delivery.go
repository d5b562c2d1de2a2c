package alipay

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/paypush/paypush/sandbox/world"
)

// maxAttempts is how many attempts of one notice are shown; the oldest ones
// give way.
const maxAttempts = 50

// ack is the only answer that ends a notice's schedule.
const ack = "success"

// pauses are the times between the eight sendings of a notice.
func pauses() []time.Duration {
	return []time.Duration{
		4 * time.Minute, 10 * time.Minute, 10 * time.Minute, time.Hour,
		2 * time.Hour, 6 * time.Hour, 15 * time.Hour,
	}
}

// plan sees to the next sending of a notice of a locked trade. Sendings are
// planned from one another's due times, so that a clock that jumps over
// several of them makes them all.
func (p *Platform) plan(t *trade, n *notice) {
	if n.Due == 0 {
		return
	}
	wait := time.Duration(n.Due-p.ledger.now()) * time.Millisecond
	p.world.AfterFunc(wait, func(ctx context.Context) { p.sendPlanned(ctx, t, n) })
}

// resume goes on with what the last process left undone.
func (p *Platform) resume() {
	for _, t := range p.ledger.oldest() {
		// Not by the ledger's lock: what has run out meanwhile is found by the
		// watch, after the notices that exist are planned.
		t.mu.Lock()
		for _, n := range t.Notices {
			p.plan(t, n)
		}
		p.watchExpiry(t)
		t.mu.Unlock()
	}
}

func (p *Platform) sendPlanned(ctx context.Context, t *trade, n *notice) {
	due, wanted := p.wanted(t, n)
	if !wanted {
		return
	}
	hit := p.drawNotify(t)
	for _, f := range hit {
		switch f.Kind {
		case "delay", "latency":
			late := due.after(f.Delay).time().Sub(p.world.Now())
			p.world.AfterFunc(late, func(ctx context.Context) { p.sendNow(ctx, t, n, hit) })
			return
		case "reorder":
			p.post.hold(due.after(heldAtMost), func(ctx context.Context) { p.sendNow(ctx, t, n, hit) })
			return
		}
	}
	p.sendNow(ctx, t, n, hit)
	p.post.release()
}

// wanted reports when a planned sending was due, and whether it is still to be
// made: somebody may have sent it by hand meanwhile.
func (p *Platform) wanted(t *trade, n *notice) (due moment, wanted bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return n.Due, n.Due != 0
}

func (p *Platform) drawNotify(t *trade) []world.Fault {
	t.mu.Lock()
	to := t.NotifyURL
	t.mu.Unlock()
	return p.world.Draw("alipay.notify", to)
}

// sendNow makes one sending of the schedule and plans the next one.
func (p *Platform) sendNow(ctx context.Context, t *trade, n *notice, hit []world.Fault) {
	done := p.attempt(ctx, t, n, hit)
	if ctx.Err() != nil {
		// The process is ending: the sending counts as not made, so that the
		// next process makes it.
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n.log(done)
	n.settle(done)
	p.plan(t, n)
	p.ledger.keep(t)
}

// settle counts a sending of the schedule and finds when the next is due.
func (n *notice) settle(done attempt) {
	n.Tries++
	n.Acked = n.Acked || done.acked()
	gaps := pauses()
	if n.Acked || n.Tries > len(gaps) {
		n.Due = 0
		return
	}
	n.Due = n.Due.after(gaps[n.Tries-1])
}

func (n *notice) log(done attempt) {
	n.Attempts = append(n.Attempts, done)
	if extra := len(n.Attempts) - maxAttempts; extra > 0 {
		n.Attempts = slices.Delete(n.Attempts, 0, extra)
	}
}

// acked reports whether the merchant answered exactly as it must.
func (a attempt) acked() bool { return a.Status == 200 && a.Answer == ack }

// attempt sends a notice once, with what the faults make of it.
func (p *Platform) attempt(ctx context.Context, t *trade, n *notice, hit []world.Fault) attempt {
	var names []string
	for _, f := range hit {
		names = append(names, f.Kind)
	}
	done := attempt{At: p.ledger.now(), Faults: strings.Join(names, ",")}
	if slices.Contains(names, "drop") {
		done.Error = "lost on the way"
		return done
	}
	to, body, err := p.compose(t, n, names)
	if err != nil {
		done.Error = err.Error()
		return done
	}
	odd := p.config.Load().OddContentType
	done.Status, done.Answer, done.Error = p.post.send(ctx, to, body, odd)
	if slices.Contains(names, "duplicate") {
		done.Status, done.Answer, done.Error = p.post.send(ctx, to, body, odd)
	}
	return done.struck(names)
}

// struck is what the platform sees of an answer that got lost or spoiled.
func (a attempt) struck(names []string) attempt {
	switch {
	case slices.Contains(names, "reply_lost"):
		a.Status, a.Answer, a.Error = 0, "", "the answer was lost"
	case slices.Contains(names, "http_500"):
		a.Status, a.Answer = 500, ""
	case slices.Contains(names, "errcode"):
		a.Answer = "fail"
	}
	return a
}

// compose builds and signs the body. The trade is locked only while its values
// are read.
func (p *Platform) compose(t *trade, n *notice, faults []string) (to, body string, err error) {
	t.mu.Lock()
	all := p.noticeParams(t, n)
	st, by := t.SignType, p.account.apps[t.AppID]
	to = t.NotifyURL
	t.mu.Unlock()
	if slices.Contains(faults, "wrong_amount") {
		all.raise("total_amount")
	}
	if slices.Contains(faults, "wrong_app") {
		all["app_id"], all["auth_app_id"] = "9021000999999999", "9021000999999999"
	}
	if by == nil {
		by = p.account.keyApp
	}
	if err := all.signCallback(by.platform, st); err != nil {
		return "", "", err
	}
	if slices.Contains(faults, "bad_signature") {
		all["sign"] = flipped(all["sign"])
	}
	return to, all.form(), nil
}

func (p params) raise(name string) {
	if amount, err := parseFen(p[name]); err == nil {
		p[name] = (amount + 1).String()
	}
}

// flipped spoils a base64 signature without changing its form.
func flipped(signature string) string {
	if signature == "" {
		return signature
	}
	first := byte('A')
	if signature[0] == first {
		first = 'B'
	}
	return string(first) + signature[1:]
}

// resend sends a notice by hand, outside of its schedule.
func (p *Platform) resend(ctx context.Context, t *trade, n *notice) attempt {
	done := p.attempt(ctx, t, n, p.drawNotify(t))
	done.Manual = true
	t.mu.Lock()
	defer t.mu.Unlock()
	n.log(done)
	if done.acked() {
		n.Acked = true
		n.Due = 0
	}
	p.ledger.keep(t)
	return done
}
