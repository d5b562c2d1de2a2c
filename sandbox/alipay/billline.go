package alipay

import (
	"cmp"
	"slices"
	"strings"

	"github.com/paypush/paypush/sandbox/world"
)

// billLine is one row of a trade bill: a payment, or a refund with negative
// amounts.
type billLine struct {
	tradeNo   string
	outNo     string
	refund    bool
	subject   string
	created   moment
	at        moment
	buyer     string
	total     fen
	received  fen
	requestNo string
	fee       fen
	remark    string
}

// billLines lists what happened within a period, in the order of time.
func (p *Platform) billLines(span period) []billLine { return p.gather(span, p.appendLines) }

// unpaidLines lists what the trades that came to nothing within a period would
// have looked like.
func (p *Platform) unpaidLines(span period) []billLine { return p.gather(span, p.appendUnpaid) }

func (p *Platform) gather(span period, each func([]billLine, *record, period) []billLine) []billLine {
	var lines []billLine
	for _, t := range p.ledger.oldest() {
		p.ledger.lock(t)
		lines = each(lines, &t.record, span)
		t.mu.Unlock()
	}
	slices.SortStableFunc(lines, func(a, b billLine) int { return cmp.Compare(a.at, b.at) })
	return lines
}

func (s period) holds(at moment) bool { return at != 0 && s.from <= at && at < s.to }

func (p *Platform) lineOf(r *record) billLine {
	return billLine{
		tradeNo: r.TradeNo, outNo: r.OutTradeNo, subject: r.Subject, created: r.Created,
		buyer: p.account.buyer(r.Buyer).masked(), remark: r.extras().Body,
	}
}

func (l billLine) paid(at moment, amount fen) billLine {
	l.at, l.total, l.received, l.fee = at, amount, amount, -feeOf(amount)
	return l
}

func (p *Platform) appendLines(lines []billLine, r *record, span period) []billLine {
	base := p.lineOf(r)
	if span.holds(r.PaidAt) {
		lines = append(lines, base.paid(r.PaidAt, r.Paid))
	}
	left := r.Paid
	for _, each := range r.Refunds {
		if span.holds(each.At) {
			back := base
			back.at, back.refund, back.requestNo, back.remark = each.At, true, each.RequestNo, each.Reason
			back.total, back.received, back.fee = -each.Amount, -each.Amount, feeOf(left)-feeOf(left-each.Amount)
			lines = append(lines, back)
		}
		left -= each.Amount
	}
	return lines
}

func (p *Platform) appendUnpaid(lines []billLine, r *record, span period) []billLine {
	if r.PaidAt != 0 || r.State == stateHidden || !span.holds(r.Created) {
		return lines
	}
	return append(lines, p.lineOf(r).paid(r.Created, r.Amount))
}

// otherFee is what a fault adds to a fee.
const otherFee = 1

// spoil lets faults leave out, add or change lines, and list as paid what
// nobody paid. A rule's path is held against "line" and the trade's number,
// then "pay", "unpaid", or "refund" and the refund's number.
func (p *Platform) spoil(span period) []billLine {
	var spoiled []billLine
	for _, line := range p.billLines(span) {
		what := " pay"
		if line.refund {
			what = " refund " + line.requestNo
		}
		spoiled = append(spoiled, line.struck(p.world.Draw("alipay.bill", "line "+line.outNo+what))...)
	}
	for _, line := range p.unpaidLines(span) {
		for _, f := range p.world.Draw("alipay.bill", "line "+line.outNo+" unpaid") {
			if f.Kind == "bill_state" {
				spoiled = append(spoiled, line)
			}
		}
	}
	return spoiled
}

// struck is what becomes of a line under the faults that strike it.
func (l billLine) struck(hit []world.Fault) []billLine {
	kept := []billLine{l}
	for _, f := range hit {
		switch f.Kind {
		case "bill_missing":
			kept = nil
		case "bill_amount":
			for i := range kept {
				kept[i].total++
				kept[i].received++
			}
		case "bill_fee":
			if !l.refund && len(kept) > 0 {
				kept[0].fee -= otherFee
			}
		case "bill_extra":
			kept = append(kept, l.twin())
		}
	}
	return kept
}

// twin is a line of a trade that never was.
func (l billLine) twin() billLine {
	l.tradeNo = l.tradeNo[:12] + randomDigits(tradeNoLength-12)
	l.outNo = "extra" + randomDigits(12)
	return l
}

// cells writes the 25 columns. Cells that look like numbers but are names end
// with a tab, so that spreadsheets leave them alone.
func (l billLine) cells() []string {
	kind := "交易"
	requestNo := ""
	if l.refund {
		kind, requestNo = "退款", l.requestNo+"\t"
	}
	const none = "0.00"
	return []string{
		l.tradeNo + "\t", l.outNo + "\t", kind, oneCell(l.subject), l.created.wire(), l.at.wire(),
		"\t", "", "\t", "\t", l.buyer + "\t", l.total.String(), l.received.String(),
		none, none, none, none, none, "", none, none, requestNo, l.fee.String(), none, oneCell(l.remark),
	}
}

// oneCell keeps free text within its cell: the platform's files know no
// quoting.
func oneCell(text string) string {
	return strings.NewReplacer(",", "，", "\n", " ", "\r", " ", "\"", "＂").Replace(text)
}
