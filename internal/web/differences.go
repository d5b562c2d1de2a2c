package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

// differencesPage lists differences, of one day or of all.
type differencesPage struct {
	board
	Differences []reconcile.Difference
}

// Kinds lists the kinds that one may search for.
func (p differencesPage) Kinds() []option {
	all := []option{{Name: p.T("list.any")}}
	for _, k := range reconcile.Kinds() {
		all = append(all, option{Value: string(k), Name: p.DifferenceKind(k)})
	}
	return all
}

// States lists the states that one may search for.
func (p differencesPage) States() []option {
	all := []option{{Name: p.T("list.any")}}
	for _, st := range reconcile.States() {
		all = append(all, option{Value: string(st), Name: p.DifferenceState(st)})
	}
	return all
}

func (s *Site) differencesBoard(w http.ResponseWriter, r *http.Request) error {
	p := differencesPage{board: s.board(r, "reconciliations")}
	p.Title = p.T("differences.title")
	if err := s.fillDifferences(r, &p, ""); err != nil {
		return fault.Wrap("web.differencesBoard", err)
	}
	return s.show(w, "admin-differences", nil, p)
}

// fillDifferences adds what the search form asks for.
func (s *Site) fillDifferences(r *http.Request, p *differencesPage, day string) (err error) {
	p.filled(r, "kind", "state", "owner")
	f := differenceFilter(r.URL.Query())
	f.ReconciliationID, f.After, f.Limit = day, r.URL.Query().Get("cursor"), rowsPerPage
	if p.Differences, err = s.Desk.Books.Reader().Differences(r.Context(), f); err != nil {
		return err
	}
	p.more(r, len(p.Differences), func() string { return p.Differences[len(p.Differences)-1].ID })
	return nil
}

// differenceFilter reads the search form; what it does not offer is nothing.
func differenceFilter(q url.Values) (f reconcile.DifferenceFilter) {
	f.Owner = strings.TrimSpace(q.Get("owner"))
	for _, k := range reconcile.Kinds() {
		if string(k) == q.Get("kind") {
			f.Kind = k
		}
	}
	for _, st := range reconcile.States() {
		if string(st) == q.Get("state") {
			f.State = st
		}
	}
	return f
}

// exportDifferences sends a day's differences as a file for spreadsheets.
func (s *Site) exportDifferences(w http.ResponseWriter, r *http.Request) error {
	day, err := s.Desk.Books.Reader().Reconciliation(r.Context(), r.PathValue("reconciliation"))
	if err != nil {
		return err
	}
	s.export(w, r, "differences-"+day.Account+"-"+string(day.Day), func(write func(cells ...string) error) error {
		return s.writeDifferences(r, day.ID, write)
	})
	return nil
}

func (s *Site) writeDifferences(r *http.Request, day string, write func(cells ...string) error) error {
	b, f := s.base(r, ""), differenceFilter(r.URL.Query())
	var names []string
	for _, key := range []string{"id", "kind", "of", "number", "request_no", "trade_no", "order", "ledger_state", "ledger", "bill", "fee", "agreed",
		"state", "suggested", "owner", "note", "found_at", "closed_at"} {
		names = append(names, b.T("difference."+key))
	}
	if err := write(names...); err != nil {
		return err
	}
	f.ReconciliationID, f.Limit = day, 100
	for {
		some, err := s.Desk.Books.Reader().Differences(r.Context(), f)
		if err != nil {
			return err
		}
		for _, d := range some {
			if err := write(d.ID, b.DifferenceKind(d.Kind), b.OfName(d.Of), d.Number, d.RequestNo, d.TradeNo, d.OrderID, b.LedgerState(d),
				d.LedgerAmount.Yuan(), d.BillAmount.Yuan(), d.BillFee.Yuan(), d.AgreedFee.Yuan(), b.DifferenceState(d.State), b.ActName(d.Suggested),
				d.Owner, d.Note, cellTime(d.FoundAt), cellTime(d.ClosedAt)); err != nil {
				return err
			}
		}
		if len(some) < f.Limit {
			return nil
		}
		f.After = some[len(some)-1].ID
	}
}

// DifferenceKind is what people call a kind of difference.
func (b Base) DifferenceKind(k reconcile.Kind) string {
	return b.Locale.word("difference.kind.", string(k))
}

// DifferenceState is what people call a state of a difference.
func (b Base) DifferenceState(st reconcile.State) string {
	return b.Locale.word("difference.state.", string(st))
}

// OfName is what people call what a difference is about.
func (b Base) OfName(k pay.BillKind) string { return b.Locale.word("difference.of.", string(k)) }

// ActName is what people call something that can be done about a difference.
func (b Base) ActName(a reconcile.Action) string { return b.Locale.word("difference.act.", string(a)) }

// LedgerState is how the ledger has it; empty where it does not.
func (b Base) LedgerState(d reconcile.Difference) string {
	if d.Of == pay.BillRefund {
		return b.RefundStatus(pay.RefundStatus(d.LedgerState))
	}
	return b.PaymentStatus(pay.PaymentStatus(d.LedgerState))
}

// Gap is how much more the bill says than the ledger, of what the difference
// is about.
func (b Base) Gap(d reconcile.Difference) string {
	if d.Kind == reconcile.OtherFee {
		return b.gap(d.BillFee - d.AgreedFee)
	}
	if d.Kind == reconcile.OtherState {
		return b.gap(d.BillAmount)
	}
	return b.gap(d.BillAmount - d.LedgerAmount)
}
