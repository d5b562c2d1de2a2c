package push

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"sync"
	"time"
)

// send tells everybody of a batch and returns what became of each.
func (s *Campaigns) send(ctx context.Context, w *stint, b batch) []Delivery {
	if len(b.all) == 0 {
		return nil
	}
	if b.way == WayMass {
		return s.sendMass(ctx, w, b)
	}
	ended := make([]Delivery, len(b.all))
	var flying sync.WaitGroup
	launch := func() {
		for i, p := range b.all {
			s.pace(ctx, b, i)
			s.slots <- struct{}{}
			flying.Go(func() {
				defer func() { <-s.slots }()
				ended[i] = s.decide(w, p, w.channel.Send(ctx, w.message(p)))
			})
		}
	}
	if b.start.IsZero() {
		launch = s.inTurn(launch)
	}
	launch()
	flying.Wait()
	return ended
}

// inTurn has batches leave one after the other. Were they to leave side by
// side, they would end together too, and nothing would be under way while all
// of them are written down.
func (s *Campaigns) inTurn(launch func()) func() {
	return func() {
		s.launching.Lock()
		defer s.launching.Unlock()
		launch()
	}
}

// pace waits for the i-th message's turn.
func (s *Campaigns) pace(ctx context.Context, b batch, i int) {
	if b.start.IsZero() {
		return
	}
	wait := b.start.Add(time.Duration(i) * b.every).Sub(s.real())
	if wait <= 0 {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// message is what one recipient is told. Its id is derived, so that a
// repetition carries the same one.
func (w *stint) message(p Candidate) Message {
	c := w.campaign
	m := Message{ID: "dlv_" + w.derive(strconv.FormatInt(p.N, 10)), Channel: "wechat", Account: c.Account, Recipient: p.Recipient,
		Kind: KindTemplate, Way: p.Way, Template: c.Template, Values: w.content.values, Layout: w.content.layout, Link: c.Link,
		FirstTryAt: p.FirstTryAt, Attempts: p.Attempts}
	if p.Way == WayCustom || c.Template == "" {
		m.Kind, m.Text = KindText, w.content.text
	}
	return m
}

// derive gives 32 hexadecimal digits that belong to this campaign alone.
func (w *stint) derive(part string) string {
	sum := sha256.Sum256([]byte(w.campaign.ID + "/" + part))
	return hex.EncodeToString(sum[:16])
}

// sendMass tells a whole batch in one call.
func (s *Campaigns) sendMass(ctx context.Context, w *stint, b batch) []Delivery {
	m, ok := w.channel.(Masser)
	if !ok {
		return s.decideAll(w, b.all, Outcome{Status: Skipped, Code: CodeNoMass, Detail: advice(CodeNoMass).En})
	}
	id := strconv.FormatInt(w.chunk.First, 10) + "/" + strconv.FormatInt(b.all[0].FirstTryAt.UnixMicro(), 10)
	return s.massParts(ctx, w, m, b.all, id)
}

// massParts tells people in one call, and where the call is refused for some
// of them, those in two halves of their own, so that one who is unknown to the
// platform keeps nobody else from being told. After a crash the same people are
// split in the same way, under the same ids.
func (s *Campaigns) massParts(ctx context.Context, w *stint, m Masser, all []Candidate, id string) []Delivery {
	to := make([]string, len(all))
	for i, p := range all {
		to[i] = p.Recipient
	}
	out := m.SendMass(ctx, Mass{ID: w.derive(id), Account: w.campaign.Account, Recipients: to, Text: w.campaign.Text})
	if !out.Somebody || len(all) < 4 || ctx.Err() != nil {
		return s.decideAll(w, all, out)
	}
	half := len(all) / 2
	return append(s.massParts(ctx, w, m, all[:half], id+"/0"), s.massParts(ctx, w, m, all[half:], id+"/1")...)
}

func (s *Campaigns) decideAll(w *stint, all []Candidate, out Outcome) []Delivery {
	ended := make([]Delivery, len(all))
	for i, p := range all {
		ended[i] = s.decide(w, p, out)
	}
	return ended
}
