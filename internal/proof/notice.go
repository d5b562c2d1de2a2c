package proof

import (
	"fmt"

	"github.com/paypush/paypush/internal/pay"
)

func rulingFindings(r Ruling) (all []Finding) {
	add := func(c Code, format string, args ...any) {
		all = append(all, find(c, r.NoticeID, "", fmt.Sprintf(format, args...)))
	}
	if !fitsPayment(r) {
		add(NoticeVerdict, "%s under %s; payment %q is %q, settles: %t, surplus %q", r.Verdict, r.Number, r.PaymentID, r.Status, r.Settles, r.Surplus)
	}
	if r.SettledTimes > 1 {
		add(NoticeTwice, "%d notices settled payment %s", r.SettledTimes, r.PaymentID)
	}
	return all
}

func fitsPayment(r Ruling) bool {
	if r.PaymentID == "" {
		return r.Verdict == pay.VerdictMismatched
	}
	if !r.Found || r.PaymentNumber != r.Number {
		return false
	}
	came := r.Status == pay.PaymentSucceeded
	switch r.Verdict {
	case pay.VerdictSettled:
		return came && r.Settles
	case pay.VerdictSurplus:
		return came && r.Surplus != pay.SurplusNone
	case pay.VerdictRepeated:
		return came
	case pay.VerdictNoted, pay.VerdictMismatched:
		return true
	}
	return false
}
