package web

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

// reconciliationsPage lists the days that were held against their bills, with
// a picture of the last month.
type reconciliationsPage struct {
	board
	Days     []reconcile.Reconciliation
	Chart    dayChart
	Accounts []string // that have bills, by name
	Last     pay.Day  // the newest day that is over
}

// AccountOptions lists the accounts that a day can be reconciled of.
func (p reconciliationsPage) AccountOptions() []option { return named(p.Accounts) }

// Filters lists the accounts that one may look at alone.
func (p reconciliationsPage) Filters() []option {
	return append([]option{{Name: p.T("list.any")}}, named(p.Accounts)...)
}

func named(names []string) (all []option) {
	for _, n := range names {
		all = append(all, option{Value: n, Name: n})
	}
	return all
}

func (s *Site) reconciliationsBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showReconciliations(w, r, nil)
}

func (s *Site) showReconciliations(w http.ResponseWriter, r *http.Request, why error) (err error) {
	ctx, read := r.Context(), s.Desk.Books.Reader()
	p := reconciliationsPage{board: s.board(r, "reconciliations"), Last: pay.DayOf(s.Now()).Add(-1),
		Accounts: slices.Sorted(maps.Keys(s.Desk.Books.Accounts))}
	p.filled(r, "of")
	p.Values["date"] = string(p.Last)
	if why != nil {
		p.Self = "/admin/reconciliations"
		p.Values["account"], p.Values["date"] = r.PostFormValue("account"), r.PostFormValue("date")
		p.wrong(why, "date")
	}
	f := reconcile.Filter{Account: p.Values["of"], Before: r.URL.Query().Get("cursor"), Limit: rowsPerPage}
	if p.Days, err = read.Reconciliations(ctx, f); err != nil {
		return fault.Wrap("web.reconciliationsBoard", err)
	}
	if p.Chart, err = s.chartOfDays(ctx, p.Locale, f.Account, p.Last); err != nil {
		return fault.Wrap("web.reconciliationsBoard", err)
	}
	p.more(r, len(p.Days), func() string { return p.Days[len(p.Days)-1].ID })
	return s.show(w, "admin-reconciliations", why, p)
}

// chartOfDays adds up the last days by what the ledger says, of one account or
// of all.
func (s *Site) chartOfDays(ctx context.Context, l locale, account string, last pay.Day) (dayChart, error) {
	f := reconcile.Filter{Account: account, From: last.Add(1 - chartDays), Until: last, Limit: 100}
	sums := map[pay.Day]daySum{}
	for {
		some, err := s.Desk.Books.Reader().Reconciliations(ctx, f)
		for _, r := range some {
			sums[r.Day] = sums[r.Day].with(r)
		}
		if err != nil || len(some) < f.Limit {
			return newDayChart(l, last, sums), err
		}
		f.Before = some[len(some)-1].ID
	}
}

// beginReconciliation has a day fetched and compared, again where that was done
// before.
func (s *Site) beginReconciliation(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	account := form.Get("account")
	day, err := pay.ParseDay(form.Get("date"))
	var begun reconcile.Reconciliation
	if err == nil {
		ctx := audit.Note(r.Context(), audit.Entry{Action: audit.ReconciliationBegin, Object: account + " " + string(day)})
		begun, err = s.Desk.Books.Begin(ctx, account, day)
	}
	return s.answered(w, r, err, "/admin/reconciliations/"+begun.ID, "begun", s.showReconciliations)
}

// bookState tells how a day stands, in one word.
func bookState(r reconcile.Reconciliation) string {
	switch {
	case r.Status == reconcile.Waiting && r.Failure != "" && r.Failure != codeNotReady:
		return "retrying"
	case r.Status != reconcile.Finished:
		return string(r.Status)
	case r.Open > 0:
		return "open"
	case r.Found > 0:
		return "explained"
	}
	return "clean"
}

// codeNotReady is the failure of a day of which there is no bill yet.
const codeNotReady = "bill_not_ready"

// BookState tells how a day stands, for what is marked by it.
func (b Base) BookState(r reconcile.Reconciliation) string { return bookState(r) }

// BookWord says how a day stands.
func (b Base) BookWord(r reconcile.Reconciliation) string {
	if st := bookState(r); st != "open" {
		return b.T("book.state." + st)
	}
	return b.T("book.state.open", r.Open)
}

// tileDifferences counts the differences that nobody has explained.
func (s *Site) tileDifferences(r *http.Request, p *dashboardPage) error {
	open, err := s.Desk.Books.Reader().Differences(r.Context(), reconcile.DifferenceFilter{State: reconcile.Open, Limit: 100})
	p.Tiles = append(p.Tiles, tile{"differences", "/admin/differences?state=open", atMost(len(open)), "", len(open) > 0})
	return err
}
