package push

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Rule tells somebody of an event: the member, user or openid that the event's
// data names. It is for service notices alone; those of money are needed.
type Rule struct {
	ID        string            // rul_...
	Event     event.Type        //
	Template  string            // a template's name
	Values    map[string]string // the template's values by where they are in the event's data; empty for all texts and numbers of the data
	Link      string            // what opens at a tap; {name} stands for what the data has there; a path is ours
	Ways      []Way             // in their order; empty for all that are legal
	Enabled   bool              //
	Version   int64             //
	CreatedAt time.Time         //
	DeletedAt time.Time         //
}

// ReceiptRule is the id of the rule that tells a payer of a paid order, which
// every database begins with.
const ReceiptRule = "rul_receipt"

// DefaultRules are the rules that every database begins with.
func DefaultRules() []Rule {
	return []Rule{{ID: ReceiptRule, Event: event.OrderPaid, Template: TemplateReceipt, Link: "/pay/{id}", Enabled: true, Version: 1,
		Values: map[string]string{"amount": "amount|yuan", "subject": "subject", "number": "out_trade_no", "time": "paid_at|time"}}}
}

// RuleStore keeps rules.
type RuleStore interface {
	// Rules lists those that were not deleted, oldest first; there are few.
	Rules(ctx context.Context) ([]Rule, error)
	// Rule finds one that was not deleted, or fails with [ErrNoRule].
	Rule(ctx context.Context, id string) (Rule, error)
	AddRule(ctx context.Context, r Rule) error
	// UpdateRule writes r where the stored version is r.Version and raises it;
	// otherwise it fails with [ErrStale].
	UpdateRule(ctx context.Context, r Rule) error
}

// The errors of rules.
var (
	ErrNoRule = fault.New(fault.NotFound, "rule_not_found", "There is no such rule.")
	ErrRule   = fault.Input("/", "rule_invalid",
		"A rule has an event type such as course.finished, a template, at most 20 values that name places in the event's data such as order.amount|yuan, and a link.")
	ErrManyRules = fault.New(fault.Conflict, "rules_too_many", "There are 200 rules already. Delete one.")
)

const maxRules = 200

var valuePath = regexp.MustCompile(`^=.{0,200}$|^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*(\|(yuan|time))?$`)

// Rules lists the rules, oldest first.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) {
	if s.rules == nil {
		return DefaultRules(), nil
	}
	all, err := s.rules.Rules(ctx)
	return all, fault.Wrap("push.Rules", err)
}

// DraftRule checks a rule. It stores nothing.
func (s *Service) DraftRule(ctx context.Context, r Rule) (Rule, error) {
	r.ID, r.Version, r.CreatedAt = s.newID("rul"), 1, s.now()
	all, err := s.Rules(ctx)
	switch {
	case err != nil:
		return Rule{}, err
	case len(all) >= maxRules:
		return Rule{}, ErrManyRules
	}
	if err := s.checkRule(ctx, r); err != nil {
		return Rule{}, err
	}
	return r, nil
}

// AddRule stores a drafted rule. It answers to events from now on.
func (s *Service) AddRule(ctx context.Context, r Rule) error {
	return fault.Wrap("push.AddRule", s.rules.AddRule(ctx, r))
}

// ChangeRule changes a rule by a function, which may run more than once.
func (s *Service) ChangeRule(ctx context.Context, id string, change func(*Rule)) (Rule, error) {
	for {
		r, err := s.rules.Rule(ctx, id)
		if err != nil {
			return Rule{}, fault.Wrap("push.ChangeRule "+id, err)
		}
		change(&r)
		if err := s.checkRule(ctx, r); err != nil && r.DeletedAt.IsZero() {
			return Rule{}, err
		}
		if err = s.rules.UpdateRule(ctx, r); errors.Is(err, ErrStale) {
			continue
		}
		r.Version++
		return r, fault.Wrap("push.ChangeRule "+id, err)
	}
}

// DeleteRule ends a rule.
func (s *Service) DeleteRule(ctx context.Context, id string) error {
	_, err := s.ChangeRule(ctx, id, func(r *Rule) { r.DeletedAt = s.now() })
	return err
}

func (s *Service) checkRule(ctx context.Context, r Rule) error {
	if !event.WellFormed(r.Event) || strings.HasPrefix(string(r.Event), "message.") || strings.HasPrefix(string(r.Event), "campaign.") ||
		len(r.Values) > 20 || len(r.Link) > 512 {
		return ErrRule
	}
	for name, path := range r.Values {
		if !placeholder.MatchString("{"+name+"}") || !valuePath.MatchString(path) {
			return ErrRule
		}
	}
	if _, err := waysOf(r.Ways, PurposeService, true); err != nil {
		return err
	}
	_, err := s.Template(ctx, r.Template)
	return err
}

// OnEvents answers events by the rules: each rule tells once of each event,
// however often the event is handed in. Who can't be reached is told nothing,
// and that is not an error. All messages are stored in one transaction; the ids
// of those that are new come back.
func (s *Service) OnEvents(ctx context.Context, events []event.Event) (placed []string, err error) {
	rules, err := s.Rules(ctx)
	if err != nil {
		return nil, err
	}
	var all []Message
	template := once(s.Template)
	for _, e := range events {
		for _, r := range rules {
			if !r.Enabled || r.Event != e.Type {
				continue
			}
			m, ok, err := s.answer(ctx, r, e, template)
			if err != nil {
				return nil, fault.Wrap("push.OnEvents "+e.ID+" by "+r.ID, err)
			}
			if ok {
				all = append(all, m)
			}
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	placed, err = s.place(ctx, all)
	return placed, fault.Wrap("push.OnEvents", err)
}

// once asks for each template once, however many messages are made of it.
func once(find finder) finder {
	type answer struct {
		t   Template
		err error
	}
	known := map[string]answer{}
	return func(ctx context.Context, name string) (Template, error) {
		a, ok := known[name]
		if !ok {
			a.t, a.err = find(ctx, name)
			known[name] = a
		}
		return a.t, a.err
	}
}

// answer drafts what a rule says of an event; false where nobody can be told.
func (s *Service) answer(ctx context.Context, r Rule, e event.Event, template finder) (m Message, ok bool, err error) {
	in, ok := s.compose(r, e)
	if !ok {
		return m, false, nil
	}
	m, err = s.draft(ctx, in, template)
	if kind := fault.KindOf(err); errors.Is(err, ErrUnreachable) || kind == fault.Invalid {
		return m, false, nil
	}
	return m, err == nil, err
}

// compose makes the message of a rule for an event; false where the event's
// data names nobody.
func (s *Service) compose(r Rule, e event.Event) (in NewMessage, ok bool) {
	if !namesSomebody(e.Data) {
		return in, false
	}
	var data map[string]any
	dec := json.NewDecoder(bytes.NewReader(e.Data))
	dec.UseNumber()
	if dec.Decode(&data) != nil {
		return in, false
	}
	if in.To = recipientOf(data); in.To == (To{}) {
		return in, false
	}
	in.Needed = event.OfMoney(e.Type)
	in.Key, in.Template = "rule:"+r.ID+":"+e.ID, r.Template
	if r.ID == ReceiptRule {
		in.Key = string(e.Type) + ":" + e.Object // as it was before there were rules
	}
	in.Values = valuesOf(r, data, e.At)
	if in.Link = fillIn(r.Link, plainValues(data)); strings.HasPrefix(in.Link, "/") {
		in.Link = s.baseURL + in.Link
	}
	in.Ways = r.Ways
	return in, true
}

// namesSomebody reports whether an event's data may name a recipient. Most names
// nobody, and to read only this is several times quicker than to read all.
func namesSomebody(data []byte) bool {
	var names struct {
		Member, User, OpenID json.RawMessage
	}
	return json.Unmarshal(data, &names) == nil && (names.Member != nil || names.User != nil || names.OpenID != nil)
}

// recipientOf finds whom an event's data names: a member, the team's own id of
// one, or an openid.
func recipientOf(data map[string]any) To {
	for _, to := range []To{{MemberID: textOf(data["member"])}, {User: textOf(data["user"])}, {OpenID: textOf(data["openid"])}} {
		if to != (To{}) {
			return to
		}
	}
	return To{}
}

func valuesOf(r Rule, data map[string]any, at time.Time) map[string]string {
	if len(r.Values) == 0 {
		return plainValues(data)
	}
	values := make(map[string]string, len(r.Values))
	for name, path := range r.Values {
		if text, fixed := strings.CutPrefix(path, "="); fixed {
			values[name] = text
			continue
		}
		path, form, _ := strings.Cut(path, "|")
		text := textOf(lookUp(data, path))
		switch form {
		case "yuan":
			text = yuan(text)
		case "time":
			text = localTime(text, at)
		}
		values[name] = text
	}
	return values
}

func plainValues(data map[string]any) map[string]string {
	values := map[string]string{}
	for name, v := range data {
		if text := textOf(v); text != "" && len(values) < 40 {
			values[name] = text
		}
	}
	return values
}

func lookUp(data map[string]any, path string) any {
	first, rest, more := strings.Cut(path, ".")
	if !more {
		return data[first]
	}
	inner, _ := data[first].(map[string]any)
	return lookUp(inner, rest)
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// yuan writes fen as yuan; what is no number stays as it is.
func yuan(fen string) string {
	n, err := strconv.ParseInt(fen, 10, 64)
	if err != nil || n < 0 {
		return fen
	}
	return fmt.Sprintf("%d.%02d", n/100, n%100)
}

// localTime writes a time as people in China read it; where there is none, the
// event's.
func localTime(text string, at time.Time) string {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		at = t
	} else if text != "" {
		return text
	}
	return at.In(china).Format("2006-01-02 15:04:05")
}
