package push

import (
	"slices"
	"time"
)

// choose splits candidates into those who are told now, all in one way, and
// those who have their end already. Who may have been told by an earlier try
// is told again in the same way while the platform recognises it, and
// otherwise not at all. Whoever is in neither part waits for the next turn.
func (s *Campaigns) choose(w *stint, found []Candidate, now time.Time) (chosen []Candidate, ends []Delivery) {
	var again, fresh []Candidate
	for _, p := range found {
		switch {
		case w.channel == nil:
			ends = append(ends, p.end(Skipped, CodeAccount, now))
		case !p.FirstTryAt.IsZero() && !now.Before(p.FirstTryAt.Add(s.recognised(w, p))):
			ends = append(ends, p.end(Unknown, CodeDoubt, now))
		case !p.FirstTryAt.IsZero():
			again = append(again, p)
		default:
			if p, ok := w.legal(p, now, &ends); ok {
				fresh = append(fresh, p)
			}
		}
	}
	chosen = together(append(again, fresh...))
	if len(chosen) == 1 && chosen[0].Way == WayMass && chosen[0].FirstTryAt.IsZero() {
		p := chosen[0]
		p.Skips = append(p.Skips, Skip{WayMass, CodeAlone})
		if p, ok := w.legal(p, now, &ends); ok {
			return []Candidate{p}, ends
		}
		return nil, ends
	}
	if len(chosen) > 0 && chosen[0].Way != WayMass {
		chosen = chosen[:min(len(chosen), s.single(w.campaign))]
	}
	return chosen, ends
}

// legal finds the way of somebody, or ends them where there is none.
func (w *stint) legal(p Candidate, now time.Time, ends *[]Delivery) (Candidate, bool) {
	var none string
	if p.Way, p.Skips, none = w.choice.way(p, now); none != "" {
		*ends = append(*ends, p.end(Skipped, none, now))
		return p, false
	}
	return p, true
}

// together keeps those who go out in one batch with the first: in the same way,
// for the same reasons. Who were together in an earlier mass call stay so,
// since the platform recognises the call, not the person.
func together(all []Candidate) []Candidate {
	if len(all) == 0 {
		return nil
	}
	first := all[0]
	return slices.DeleteFunc(all, func(p Candidate) bool {
		return p.Way != first.Way || !slices.Equal(p.Skips, first.Skips) || p.Way == WayMass && !p.FirstTryAt.Equal(first.FirstTryAt)
	})
}

// recognised is for how long a repetition to p is recognised.
func (s *Campaigns) recognised(w *stint, p Candidate) time.Duration {
	switch r, ok := w.channel.(Recogniser); {
	case p.Way == WayMass:
		return massRecognised
	case ok:
		return r.Recognised(w.message(p))
	}
	return 0
}

// massRecognised leaves an hour of the day in which a mass call is recognised.
const massRecognised = 23 * time.Hour

func (p Candidate) end(status Status, code string, now time.Time) Delivery {
	d := p.Delivery
	d.Status, d.Code, d.Detail, d.DoneAt = status, code, advice(code).En, now
	return d
}
