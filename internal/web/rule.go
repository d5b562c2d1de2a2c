package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
)

// rulePage is one rule, and what it would do with an event.
type rulePage struct {
	newRulePage
	Rule  push.Rule
	Data  string // of the event that is tried
	Tried bool
	Trial push.RuleTrial
	Card  card
	Name  string // of the member who would be told
	Why   string // why nobody would be
}

// maxTrial bounds the data of an event that is tried, in bytes.
const maxTrial = 4 << 10

func (s *Site) ruleBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showRule(w, r, nil)
}

func (s *Site) showRule(w http.ResponseWriter, r *http.Request, why error) (err error) {
	p := rulePage{newRulePage: newRulePage{board: s.board(r, "rules")}}
	if p.Rule, err = s.rule(r); err != nil {
		return err
	}
	if p.Templates, err = s.Push.Templates(r.Context()); err != nil {
		return err
	}
	for _, t := range p.Templates {
		if t.Name == p.Rule.Template {
			p.Template = t
		}
	}
	p.Title, p.Self, p.Event = p.Locale.word("event.", string(p.Rule.Event)), "/admin/rules/"+p.Rule.ID, string(p.Rule.Event)
	p.Values["template"], p.Values["link"], p.Values["ways"] = p.Rule.Template, p.Rule.Link, wayKey(p.Rule.Ways)
	p.takeValues(r, p.Template, p.Rule.Values)
	if why != nil {
		for _, f := range []string{"template", "link"} {
			if r.PostForm.Has(f) {
				p.Values[f] = r.PostForm.Get(f)
			}
		}
		p.wrong(why, "template", "link")
	}
	if err := s.tryRule(r, &p); err != nil {
		return err
	}
	return s.show(w, "admin-rule", why, p)
}

// rule finds the rule that a path names.
func (s *Site) rule(r *http.Request) (push.Rule, error) {
	all, err := s.Push.Rules(r.Context())
	if err != nil {
		return push.Rule{}, err
	}
	i := slices.IndexFunc(all, func(one push.Rule) bool { return one.ID == r.PathValue("rule") })
	if i < 0 {
		return push.Rule{}, push.ErrNoRule
	}
	return all[i], nil
}

// tryRule shows what a rule would do with the data that was given, if any was.
func (s *Site) tryRule(r *http.Request, p *rulePage) (err error) {
	q := r.URL.Query()
	p.Values["data"] = q.Get("data")
	if !q.Has("data") {
		p.Values["data"] = sampleData(p.Rule, p.Who.ID)
		return nil
	}
	data := strings.TrimSpace(q.Get("data"))
	if len(data) > maxTrial || !isObject(data) {
		p.Errors = map[string]string{"data": p.T("rule.data_invalid")}
		return nil
	}
	e := event.Event{ID: "evt_sample", Type: p.Rule.Event, Object: "sample", Data: json.RawMessage(data), At: s.Now()}
	p.Tried = true
	p.Trial, err = s.Push.TryRule(r.Context(), p.Rule, e)
	if fault.KindOf(err) == fault.Invalid {
		p.Why, err = p.Locale.Fault(err), nil
	}
	if err != nil || p.Why != "" {
		return err
	}
	p.Card = s.draw(p.Trial.Template, p.Trial.Message.Values, p.Locale.Tag)
	p.Card.Link, p.Card.At = p.Trial.Message.Link, s.Now()
	if p.Trial.Why != nil {
		p.Why = p.Locale.Fault(p.Trial.Why)
	}
	if p.Trial.Message.MemberID != "" {
		p.Name, err = s.memberName(r.Context(), p.Trial.Message.MemberID)
	}
	return err
}

// isObject reports whether a text is a JSON object.
func isObject(text string) bool {
	var object map[string]any
	return json.Unmarshal([]byte(text), &object) == nil && object != nil
}

// sampleData makes up the data of an event in which a rule finds all that it
// looks for, about whoever looks at it.
func sampleData(r push.Rule, memberID string) string {
	data := map[string]any{"member": memberID, "id": "sample_1"}
	for _, path := range r.Values {
		if strings.HasPrefix(path, "=") {
			continue
		}
		path, form, _ := strings.Cut(path, "|")
		put(data, strings.Split(path, "."), samplePart(path, form))
	}
	b, err := json.MarshalIndent(data, "", "  ")
	if err != nil {
		return "{}"
	}
	return string(b)
}

func samplePart(path, form string) any {
	switch form {
	case "yuan":
		return 1288
	case "time":
		return "2026-03-01T09:30:00Z"
	}
	return fmt.Sprintf("%s 1", path[strings.LastIndex(path, ".")+1:])
}

// put sets a value in nested objects, where nothing else is in the way.
func put(data map[string]any, path []string, value any) {
	if len(path) == 1 {
		if _, taken := data[path[0]]; !taken {
			data[path[0]] = value
		}
		return
	}
	inner, ok := data[path[0]].(map[string]any)
	if !ok {
		inner = map[string]any{}
		data[path[0]] = inner
	}
	put(inner, path[1:], value)
}
