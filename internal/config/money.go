package config

import (
	"fmt"

	"github.com/paypush/paypush/internal/pay"
)

// Money is what an operator decides about surpluses and refunds. Amounts are
// text in yuan, such as "10000.00".
type Money struct {
	Late         string `toml:"surplus_late"`   // refund, hold or accept; what is done about money that came late
	Twice        string `toml:"surplus_twice"`  // refund or hold; about a second payment of one order
	Amount       string `toml:"surplus_amount"` // refund or hold; about another amount than asked for
	HourlyCap    string `toml:"automatic_refunds_per_hour"`
	ApproveAbove string `toml:"approve_refunds_above"` // a second person is needed for what goes back of a payment above it; empty for never
}

// Policy is the domain's form of what [Config.Check] found good; before that it
// is empty, which leaves every surplus to a person.
func (c Config) Policy() pay.Policy { return c.policy }

func (m Money) policy() (pay.Policy, error) {
	p := pay.DefaultPolicy()
	for kind, text := range map[pay.SurplusKind]string{pay.SurplusLate: m.Late, pay.SurplusTwice: m.Twice, pay.SurplusAmount: m.Amount} {
		switch policy := pay.SurplusPolicy(text); {
		case text == "":
		case policy == pay.PolicyRefund, policy == pay.PolicyHold, policy == pay.PolicyAccept && kind == pay.SurplusLate:
			p.Surplus[kind] = policy
		default:
			return p, fmt.Errorf("money.surplus_%s: %q is not a policy for it", kind, text)
		}
	}
	for name, one := range map[string]struct {
		text string
		to   *pay.Amount
	}{"automatic_refunds_per_hour": {m.HourlyCap, &p.HourlyCap}, "approve_refunds_above": {m.ApproveAbove, &p.ApproveAbove}} {
		if one.text == "" {
			continue
		}
		amount, err := pay.ParseYuan(one.text)
		if err != nil {
			return p, fmt.Errorf("money.%s: %q is not an amount in yuan such as 10000.00", name, one.text)
		}
		*one.to = amount
	}
	return p, nil
}
