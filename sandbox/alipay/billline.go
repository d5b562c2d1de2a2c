package alipay

import (
	"cmp"
	"slices"
	"strings"
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
func (p *Platform) billLines(span period) []billLine {
	var lines []billLine
	for _, t := range p.ledger.oldest() {
		p.ledger.lock(t)
		lines = p.appendLines(lines, &t.record, span)
		t.mu.Unlock()
	}
	slices.SortStableFunc(lines, func(a, b billLine) int { return cmp.Compare(a.at, b.at) })
	return lines
}

func (s period) holds(at moment) bool { return at != 0 && s.from <= at && at < s.to }

func (p *Platform) appendLines(lines []billLine, r *record, span period) []billLine {
	base := billLine{
		tradeNo: r.TradeNo, outNo: r.OutTradeNo, subject: r.Subject, created: r.Created,
		buyer: p.account.buyer(r.Buyer).masked(), remark: r.extras().Body,
	}
	if span.holds(r.PaidAt) {
		paid := base
		paid.at, paid.total, paid.received, paid.fee = r.PaidAt, r.Paid, r.Paid, -feeOf(r.Paid)
		lines = append(lines, paid)
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

// spoil lets faults leave out, add or change lines.
func (p *Platform) spoil(lines []billLine) []billLine {
	spoiled := make([]billLine, 0, len(lines))
	for _, line := range lines {
		kept := []billLine{line}
		for _, f := range p.world.Draw("alipay.bill", "line "+line.outNo) {
			switch f.Kind {
			case "bill_missing":
				kept = nil
			case "bill_amount":
				if len(kept) > 0 {
					kept[0].total++
					kept[0].received++
				}
			case "bill_extra":
				kept = append(kept, line.twin())
			}
		}
		spoiled = append(spoiled, kept...)
	}
	return spoiled
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
