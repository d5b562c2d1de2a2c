package world

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Fault is one rule of trouble: where it strikes, what it does and how often.
type Fault struct {
	// At names an edge, such as "alipay.notify"; see SetFaults.
	At string
	// Kind says what goes wrong, such as "drop"; see SetFaults.
	Kind string
	// Delay is how long "delay" and "latency" hold things up. The edge decides
	// whether that is world time (deliveries) or real time (replies).
	Delay time.Duration
	// Code is what "errcode" answers on platforms that number their errors.
	Code int
	// CodeText is what "errcode" answers on platforms that name them.
	CodeText string
	// Path, when set, limits the rule to calls whose path contains it.
	Path string
	// Rate is the share of calls that are struck, from 0 to 1.
	Rate float64
}

const maxRules = 100

// faults holds the rules in force. Drawing without rules costs one atomic
// load, since it happens on every call.
type faults struct {
	rules atomic.Pointer[[]Fault]
	dice  sync.Mutex
	rand  *rand.Rand
	seed  uint64
}

func (f *faults) start(seed uint64) { f.seed = seed }

// edges lists, for every place where faults can strike, whether it hands out
// bill files (true) or calls (false).
func edges() map[string]bool {
	return map[string]bool{
		"alipay.gateway": false, "alipay.notify": false, "alipay.bill": true,
		"wechat.api": false, "wechat.callback": false,
		"wechatpay.api": false, "wechatpay.notify": false, "wechatpay.bill": true,
		"unionpay.gateway": false, "unionpay.notify": false, "unionpay.bill": true,
	}
}

func kinds(bill bool) []string {
	all := []string{"drop", "delay", "reply_lost", "http_500", "errcode", "latency"}
	if bill {
		return append(all, "bill_missing", "bill_extra", "bill_amount", "bill_fee", "bill_state")
	}
	return append(all, "duplicate", "reorder", "bad_signature", "wrong_amount", "wrong_app")
}

func (r Fault) check() error {
	bill, known := edges()[r.At]
	switch {
	case !known:
		return fmt.Errorf("world: no faults can be set at %q", r.At)
	case !slices.Contains(kinds(bill), r.Kind):
		return fmt.Errorf("world: %q is no kind of fault at %s", r.Kind, r.At)
	case !(r.Rate >= 0 && r.Rate <= 1):
		return fmt.Errorf("world: a fault rate of %g is outside 0 to 1", r.Rate)
	case r.Delay < 0:
		return fmt.Errorf("world: a fault delay of %s is negative", r.Delay)
	}
	return nil
}

// SetFaults replaces all rules. The same seed and the same order of draws
// strike the same calls; a seed of zero uses the one of Options, or a random
// one. An unknown edge or kind, or a rate outside 0 to 1, is an error and
// changes nothing.
func (w *World) SetFaults(seed uint64, rules []Fault) error {
	if len(rules) > maxRules {
		return fmt.Errorf("world: %d fault rules are more than %d", len(rules), maxRules)
	}
	for _, r := range rules {
		if err := r.check(); err != nil {
			return err
		}
	}
	if seed == 0 {
		seed = w.faults.seed
	}
	if seed == 0 {
		seed = rand.Uint64()
	}
	kept := slices.Clone(rules)
	w.dice.Lock()
	defer w.dice.Unlock()
	w.rand = rand.New(rand.NewPCG(seed, seed))
	w.rules.Store(&kept)
	return nil
}

// ClearFaults removes all rules.
func (w *World) ClearFaults() { w.rules.Store(nil) }

// Faults returns the rules in force.
func (w *World) Faults() []Fault {
	if rules := w.rules.Load(); rules != nil {
		return slices.Clone(*rules)
	}
	return nil
}

// Draw throws the dice for one call at an edge and returns the rules that
// strike it, which is mostly none.
func (w *World) Draw(at, path string) []Fault {
	rules := w.rules.Load()
	if rules == nil {
		return nil
	}
	w.dice.Lock()
	defer w.dice.Unlock()
	var hit []Fault
	for _, r := range *rules {
		if r.At == at && strings.Contains(path, r.Path) && w.rand.Float64() < r.Rate {
			hit = append(hit, r)
		}
	}
	return hit
}
