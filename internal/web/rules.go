package web

import (
	"net/http"
	"strings"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/push"
)

// rulesPage lists which event leads to which message.
type rulesPage struct {
	board
	Rules []push.Rule
}

func (s *Site) rulesBoard(w http.ResponseWriter, r *http.Request) (err error) {
	p := rulesPage{board: s.board(r, "rules")}
	if p.Rules, err = s.Push.Rules(r.Context()); err != nil {
		return err
	}
	return s.show(w, "admin-rules", nil, p)
}

// ruleFields are the fields of a rule's form beside the values.
var ruleFields = []string{"event", "template", "link", "ways"}

// valuePrefix begins the name of a field that holds a value of a template.
const valuePrefix = "value."

// newRulePage makes a rule: first the event and the template, then where the
// template's values come from.
type newRulePage struct {
	board
	Templates []push.Template
	Template  push.Template // chosen; without a name before
	Event     string
}

// Events lists the events that a rule may answer, of ours.
func (p newRulePage) Events() []event.Type {
	return []event.Type{event.OrderPaid, event.OrderClosed, event.RefundSucceeded, event.RefundFailed, event.UserBound}
}

// EventType is the event as it is named.
func (p newRulePage) EventType() event.Type { return event.Type(p.Event) }

// WayOptions lists the orders of ways that a rule may have.
func (p newRulePage) WayOptions() []option {
	return append([]option{{Name: p.T("way.any")}}, p.wayOptions(push.PurposeService, true)...)
}

// TemplateOptions lists the templates to choose from.
func (p newRulePage) TemplateOptions() (all []option) {
	for _, t := range p.Templates {
		all = append(all, option{Value: t.Name, Name: t.Name})
	}
	return all
}

func (s *Site) newRule(w http.ResponseWriter, r *http.Request) error {
	return s.showNewRule(w, r, nil)
}

func (s *Site) showNewRule(w http.ResponseWriter, r *http.Request, why error) (err error) {
	ctx := r.Context()
	p := newRulePage{board: s.board(r, "rules")}
	p.Title = p.T("rule.new")
	for _, f := range ruleFields {
		p.Values[f] = r.FormValue(f)
	}
	if p.Templates, err = s.Push.Templates(ctx); err != nil {
		return err
	}
	if why != nil {
		p.Self = "/admin/new-rule"
		p.wrong(why, ruleFields...)
	}
	if p.Event = strings.TrimSpace(p.Values["event"]); p.Event != "" && p.Values["template"] != "" {
		if p.Template, err = s.Push.Template(ctx, p.Values["template"]); err != nil && why == nil {
			return err
		}
		if why == nil && !event.WellFormed(event.Type(p.Event)) {
			why, p.Template = push.ErrRule, push.Template{}
			p.Errors = map[string]string{"event": p.Locale.FaultCode("type_invalid", "")}
		}
	}
	p.takeValues(r, p.Template, nil)
	return s.show(w, "admin-rule-new", why, p)
}

// takeValues puts into the form what a template takes: what was filled in, else
// what is known.
func (b *board) takeValues(r *http.Request, t push.Template, known map[string]string) {
	for _, name := range t.Takes() {
		b.Values[valuePrefix+name] = known[name]
		if r.PostForm.Has(valuePrefix + name) {
			b.Values[valuePrefix+name] = r.PostForm.Get(valuePrefix + name)
		}
	}
}

// ruleOf reads the form of a rule.
func ruleOf(r *http.Request) push.Rule {
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	return push.Rule{Event: event.Type(get("event")), Template: get("template"), Link: get("link"), Values: postedValues(r),
		Ways: waysOf(get("ways")), Enabled: true}
}

// postedValues reads the fields that hold values of a template, those that were
// filled in.
func postedValues(r *http.Request) map[string]string {
	values := map[string]string{}
	for name := range r.PostForm {
		key, ok := strings.CutPrefix(name, valuePrefix)
		if text := strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n")); ok && text != "" {
			values[key] = text
		}
	}
	return values
}

func (s *Site) createRule(w http.ResponseWriter, r *http.Request) error {
	if _, err := formOf(r); err != nil {
		return err
	}
	rule, err := s.Push.DraftRule(r.Context(), ruleOf(r))
	if err == nil {
		err = s.Push.AddRule(audit.Note(r.Context(), audit.Entry{Action: audit.RuleChange, Object: rule.ID, Became: ruleLine(rule)}), rule)
	}
	return s.answered(w, r, err, "/admin/rules/"+rule.ID, "rule_saved", s.showNewRule)
}

// ruleLine says what a rule does, for the trail.
func ruleLine(r push.Rule) string {
	state := "off"
	if r.Enabled {
		state = "on"
	}
	return string(r.Event) + " → " + r.Template + " (" + state + ")"
}

// changeRule changes what a rule says and where its values come from.
func (s *Site) changeRule(w http.ResponseWriter, r *http.Request) error {
	if _, err := formOf(r); err != nil {
		return err
	}
	id, next := r.PathValue("rule"), ruleOf(r)
	ctx := audit.Note(r.Context(), audit.Entry{Action: audit.RuleChange, Object: id, Became: next.Template})
	_, err := s.Push.ChangeRule(ctx, id, func(one *push.Rule) {
		one.Template, one.Values, one.Link, one.Ways = next.Template, next.Values, next.Link, next.Ways
	})
	return s.answered(w, r, err, "/admin/rules/"+id, "rule_saved", s.showRule)
}

// switchRule switches a rule on or off, as the form says, so that pressing
// twice does no harm.
func (s *Site) switchRule(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	id, on := r.PathValue("rule"), form.Get("on") == "1"
	if !on && form.Get("on") != "0" {
		return s.answered(w, r, errChoice, "", "", s.showRule)
	}
	state := map[bool]string{true: "on", false: "off"}[on]
	ctx := audit.Note(r.Context(), audit.Entry{Action: audit.RuleChange, Object: id, Became: state})
	_, err = s.Push.ChangeRule(ctx, id, func(one *push.Rule) { one.Enabled = on })
	return s.answered(w, r, err, "/admin/rules/"+id, "rule_"+state, s.showRule)
}

func (s *Site) deleteRule(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("rule")
	err := s.Push.DeleteRule(audit.Note(r.Context(), audit.Entry{Action: audit.RuleDelete, Object: id}), id)
	return s.answered(w, r, err, "/admin/rules", "rule_deleted", s.showRule)
}
