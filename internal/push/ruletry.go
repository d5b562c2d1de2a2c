package push

import (
	"context"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// RuleTrial is what a rule would make of an event.
type RuleTrial struct {
	Message  Message  // what would be sent; without an id where nobody would be told
	Template Template // by which it would be filled in
	Preview  Preview  // how it would look
	Why      error    // why nobody would be told; nil where somebody would
}

// TryRule tells what a rule would do with an event, whether or not it is
// enabled and for that type. It stores nothing and sends nothing. A rule that
// is wrong itself fails with [ErrRule] or [ErrNoTemplate].
func (s *Service) TryRule(ctx context.Context, r Rule, e event.Event) (t RuleTrial, err error) {
	if err := s.checkRule(ctx, r); err != nil {
		return t, err
	}
	if t.Template, err = s.Template(ctx, r.Template); err != nil {
		return t, err
	}
	in, ok := s.compose(r, e)
	t.Preview = s.Preview(t.Template, in.Values)
	t.Message = Message{Template: in.Template, Values: in.Values, Link: in.Link}
	if !ok {
		t.Why = ErrNoRecipient
		return t, nil
	}
	m, err := s.Draft(ctx, in)
	switch kind := fault.KindOf(err); {
	case err == nil:
		t.Message = m
	case kind == fault.Conflict || kind == fault.Invalid || kind == fault.NotFound:
		t.Why, err = err, nil
	}
	return t, err
}
