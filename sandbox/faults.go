package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/paypush/paypush/sandbox/control"
	"github.com/paypush/paypush/sandbox/world"
)

// faultRule is a world.Fault as it is written in JSON: the delay is a duration
// such as "3s", and the code may be a number or a name.
type faultRule struct {
	At    string    `json:"at"`
	Kind  string    `json:"kind"`
	Rate  *float64  `json:"rate,omitempty"`
	Delay string    `json:"delay,omitempty"`
	Code  faultCode `json:"code,omitempty"`
	Path  string    `json:"path,omitempty"`
}

// faultCode is a number or a name; it is kept as text.
type faultCode string

// UnmarshalJSON takes a JSON number or string.
func (c *faultCode) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err == nil {
		*c = faultCode(text)
		return nil
	}
	var number json.Number
	if err := json.Unmarshal(raw, &number); err != nil {
		return fmt.Errorf("code is neither a number nor a name: %w", err)
	}
	*c = faultCode(number)
	return nil
}

func (s *Sandbox) putFaults(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Seed  uint64      `json:"seed"`
		Rules []faultRule `json:"rules"`
	}
	if !control.Read(w, r, &in) {
		return
	}
	if in.Rules == nil {
		control.Refuse(w, http.StatusBadRequest, errors.New("rules are missing"))
		return
	}
	rules := make([]world.Fault, 0, len(in.Rules))
	for _, each := range in.Rules {
		rule, err := each.fault()
		if err != nil {
			control.Refuse(w, http.StatusBadRequest, err)
			return
		}
		rules = append(rules, rule)
	}
	if err := s.world.SetFaults(in.Seed, rules); err != nil {
		control.Refuse(w, http.StatusBadRequest, err)
		return
	}
	s.showFaults(w, r)
}

func (s *Sandbox) clearFaults(w http.ResponseWriter, r *http.Request) {
	s.world.ClearFaults()
	s.showFaults(w, r)
}

func (s *Sandbox) showFaults(w http.ResponseWriter, _ *http.Request) {
	rules := []faultRule{}
	for _, f := range s.world.Faults() {
		rules = append(rules, ruleOf(f))
	}
	control.Answer(w, http.StatusOK, map[string]any{"rules": rules})
}

// fault reads a rule; one without a rate always strikes.
func (r faultRule) fault() (world.Fault, error) {
	f := world.Fault{At: r.At, Kind: r.Kind, Path: r.Path, CodeText: string(r.Code), Rate: 1}
	if r.Rate != nil {
		f.Rate = *r.Rate
	}
	if n, err := strconv.Atoi(string(r.Code)); err == nil {
		f.Code = n
	}
	if r.Delay == "" {
		return f, nil
	}
	var err error
	if f.Delay, err = time.ParseDuration(r.Delay); err != nil {
		return f, fmt.Errorf("the delay of a rule must be a duration such as \"3s\": %w", err)
	}
	return f, nil
}

func ruleOf(f world.Fault) faultRule {
	rule := faultRule{At: f.At, Kind: f.Kind, Rate: &f.Rate, Path: f.Path, Code: faultCode(f.CodeText)}
	if f.Delay > 0 {
		rule.Delay = f.Delay.String()
	}
	return rule
}
