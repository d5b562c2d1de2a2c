package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

// reconciliationPage is one day: both sides added up, and what they do not
// agree about.
type reconciliationPage struct {
	differencesPage
	Day    reconcile.Reconciliation
	Export string // where the same differences are as a file
}

// State is the state by which the stream knows what this page shows.
func (p reconciliationPage) State() string { return dayState(p.Day) }

func dayState(r reconcile.Reconciliation) string { return fmt.Sprintf("%d %d", r.Version, r.Open) }

// Final reports whether nothing more will happen by itself.
func (p reconciliationPage) Final() bool { return p.Day.Status == reconcile.Finished }

// Stages lists what a day goes through.
func (p reconciliationPage) Stages() []reconcile.Status {
	return []reconcile.Status{reconcile.Waiting, reconcile.Loading, reconcile.Comparing, reconcile.Finished}
}

// Summed reports whether both sides have been added up.
func (p reconciliationPage) Summed() bool { return !p.Day.FinishedAt.IsZero() }

// Trouble says what stopped the last try; empty where nothing did.
func (p reconciliationPage) Trouble() string {
	if p.Day.Failure == "" {
		return ""
	}
	return p.Locale.FaultCode(p.Day.Failure, "")
}

// sumLine is one line of the settlement.
type sumLine struct {
	Key, Bill, Ledger, Gap string
	Off                    bool
}

// Sums holds the bill against the ledger, which knows no fees: what remains is
// compared without them.
func (p reconciliationPage) Sums() []sumLine {
	bill, ledger := p.Day.Bill, p.Day.Ledger
	count := func(key string, b, l int64) sumLine {
		return sumLine{key, p.Locale.Count(b), p.Locale.Count(l), p.signed(b-l, p.Locale.Count), b != l}
	}
	money := func(key string, b, l, fees pay.Amount) sumLine {
		return sumLine{key, p.Locale.Money(b), p.Locale.Money(l), p.gap(b + fees - l), b+fees != l}
	}
	return []sumLine{count("trades", bill.Trades, ledger.Trades), money("gross", bill.Gross, ledger.Gross, 0),
		count("refunds", bill.Refunds, ledger.Refunds), money("refunded", bill.Refunded, ledger.Refunded, 0),
		{"fees", p.Locale.Money(bill.Fees), "—", "—", false}, money("net", bill.Net, ledger.Net, bill.Fees)}
}

// signed writes how much more there is, or less.
func (b Base) signed(n int64, write func(int64) string) string {
	switch {
	case n == 0:
		return "0"
	case n < 0:
		return "−" + write(-n)
	}
	return "+" + write(n)
}

func (b Base) gap(a pay.Amount) string {
	return b.signed(int64(a), func(n int64) string { return b.Locale.Money(pay.Amount(n)) })
}

func (s *Site) reconciliationBoard(w http.ResponseWriter, r *http.Request) (err error) {
	p := reconciliationPage{differencesPage: differencesPage{board: s.board(r, "reconciliations")}}
	if p.Day, err = s.Desk.Books.Reader().Reconciliation(r.Context(), r.PathValue("reconciliation")); err != nil {
		return err
	}
	p.Title = string(p.Day.Day) + " " + p.Day.Account
	if err := s.fillDifferences(r, &p.differencesPage, p.Day.ID); err != nil {
		return fault.Wrap("web.reconciliationBoard", err)
	}
	if !p.Final() {
		p.Refresh = 3
		if p.Day.DueAt.After(s.Now().Add(time.Minute)) {
			p.Refresh = 30
		}
	}
	q := r.URL.Query()
	q.Del("cursor")
	q.Del("done")
	p.Export = (&url.URL{Path: p.Link() + "/differences.csv", RawQuery: q.Encode()}).String()
	return s.show(w, "admin-reconciliation", nil, p)
}

// Link is where the page is.
func (p reconciliationPage) Link() string { return "/admin/reconciliations/" + p.Day.ID }

// reconciliationEvents streams how far a day is; every batch of the comparison
// changes it.
func (s *Site) reconciliationEvents(w http.ResponseWriter, r *http.Request) error {
	return s.stream(w, r, seldom(func(ctx context.Context) (update, error) {
		d, err := s.Desk.Books.Reader().Reconciliation(ctx, r.PathValue("reconciliation"))
		state := dayState(d)
		return update{State: state, Final: d.Status == reconcile.Finished, Data: map[string]string{"state": state}}, err
	}))
}
