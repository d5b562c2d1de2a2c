package web

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

// surplusPage is the queue of money that settled nothing.
type surplusPage struct {
	board
	State     pay.SurplusState
	Surpluses []pay.Payment
}

// surplusStates are the ones that the page shows, the work to do first.
var surplusStates = []pay.SurplusState{pay.SurplusHeld, pay.SurplusFound, pay.SurplusRefunding, pay.SurplusRefunded,
	pay.SurplusAccepted, pay.SurplusKept}

// Tabs lists the states that one may look at.
func (p surplusPage) Tabs() (all []tab) {
	for _, st := range surplusStates {
		all = append(all, tab{"/admin/surpluses?state=" + string(st), p.SurplusState(st), st == p.State})
	}
	return all
}

// Waits reports whether a person may decide about what is shown.
func (p surplusPage) Waits() bool { return p.State == pay.SurplusHeld }

func (s *Site) surplusBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showSurpluses(w, r, nil)
}

func (s *Site) showSurpluses(w http.ResponseWriter, r *http.Request, why error) error {
	p := surplusPage{board: s.board(r, "surpluses"), State: pay.SurplusHeld}
	for _, st := range surplusStates {
		if string(st) == r.URL.Query().Get("state") {
			p.State = st
		}
	}
	if why != nil {
		p.Self = "/admin/surpluses"
		p.wrong(why)
	}
	var err error
	p.Surpluses, err = s.Pay.Reader().SurplusPage(r.Context(), pay.SurplusFilter{State: p.State, After: r.URL.Query().Get("cursor"), Limit: rowsPerPage})
	if err != nil {
		return fault.Wrap("web.surplusBoard", err)
	}
	p.more(r, len(p.Surpluses), func() string { return p.Surpluses[len(p.Surpluses)-1].ID })
	return s.show(w, "admin-surpluses", why, p)
}

var (
	errNote   = fault.Input("/note", "handling_note_invalid", "Write in 1 to 200 characters what was done outside.")
	errChoice = fault.New(fault.Invalid, "choice_invalid", "Choose one of what the page offers.")
)

// decideSurplus does what a person decided about a surplus. Keeping it needs a
// note, which the trail remembers.
func (s *Site) decideSurplus(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	ctx, id := r.Context(), r.PathValue("payment")
	note := strings.TrimSpace(form.Get("note"))
	entry := audit.Entry{Object: id, Was: string(pay.SurplusHeld), Became: note}
	by := audit.ActorOf(ctx)
	switch form.Get("decision") {
	case "refund":
		entry.Action = audit.SurplusRefund
		_, err = s.Pay.RefundSurplus(audit.Note(ctx, entry), id, by)
	case "accept":
		entry.Action = audit.SurplusAccept
		_, err = s.Pay.AcceptSurplus(audit.Note(ctx, entry), id, by)
	case "keep":
		entry.Action = audit.SurplusKeep
		if n := utf8.RuneCountInString(note); n < 1 || n > 200 {
			err = errNote
			break
		}
		_, err = s.Pay.KeepSurplus(audit.Note(ctx, entry), id)
	default:
		err = errChoice
	}
	return s.answered(w, r, err, "/admin/surpluses", "surplus", s.showSurpluses)
}

// refundsPage is the refunds that wait for a second person, or those in
// another state.
type refundsPage struct {
	board
	Status  pay.RefundStatus
	Refunds []refundRow
}

// refundRow is a refund with the name of who asked for it.
type refundRow struct {
	pay.Refund
	By   string
	Mine bool // the viewer asked for it and so can't approve it
}

var refundStates = []pay.RefundStatus{pay.RefundApproving, pay.RefundPending, pay.RefundUnknown, pay.RefundSucceeded,
	pay.RefundFailed, pay.RefundRefused}

// Tabs lists the states that one may look at.
func (p refundsPage) Tabs() (all []tab) {
	for _, st := range refundStates {
		all = append(all, tab{"/admin/refunds?status=" + string(st), p.RefundStatus(st), st == p.Status})
	}
	return all
}

// Waits reports whether a person may decide about what is shown.
func (p refundsPage) Waits() bool { return p.Status == pay.RefundApproving }

func (s *Site) refundBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showRefunds(w, r, nil)
}

func (s *Site) showRefunds(w http.ResponseWriter, r *http.Request, why error) error {
	ctx := r.Context()
	p := refundsPage{board: s.board(r, "refunds"), Status: pay.RefundApproving}
	for _, st := range refundStates {
		if string(st) == r.URL.Query().Get("status") {
			p.Status = st
		}
	}
	if why != nil {
		p.Self = "/admin/refunds"
		p.wrong(why)
	}
	found, err := s.Pay.Reader().RefundPage(ctx, pay.RefundFilter{Status: p.Status, Before: r.URL.Query().Get("cursor"), Limit: rowsPerPage})
	if err != nil {
		return fault.Wrap("web.refundBoard", err)
	}
	for _, f := range found {
		mine, err := s.Pay.SamePerson(ctx, f.RequestedBy, audit.ActorOf(ctx))
		if err != nil {
			return err
		}
		p.Refunds = append(p.Refunds, refundRow{f, s.actorName(ctx, f.RequestedBy), mine})
	}
	p.more(r, len(found), func() string { return found[len(found)-1].ID })
	return s.show(w, "admin-refunds", why, p)
}

// decideRefund is the second person's word.
func (s *Site) decideRefund(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	entry := audit.Entry{Object: r.PathValue("refund"), Was: string(pay.RefundApproving)}
	switch form.Get("decision") {
	case "approve":
		entry.Action, entry.Became = audit.RefundApprove, string(pay.RefundPending)
	case "refuse":
		entry.Action, entry.Became = audit.RefundRefuse, string(pay.RefundRefused)
	default:
		return s.showRefunds(w, r, errChoice)
	}
	_, err = s.Pay.DecideRefund(audit.Note(r.Context(), entry), entry.Object, audit.ActorOf(r.Context()), entry.Action == audit.RefundApprove)
	return s.answered(w, r, err, "/admin/refunds", form.Get("decision"), s.showRefunds)
}
