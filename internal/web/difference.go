package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

// differencePage is one difference with what may be done about it and what was.
type differencePage struct {
	board
	Difference reconcile.Difference
	Line       []happening
}

// Open reports whether nobody has explained it.
func (p differencePage) Open() bool { return p.Difference.State == reconcile.Open }

// Repeatable reports whether a refund may be sent again.
func (p differencePage) Repeatable() bool {
	return p.Open() && p.Difference.Of == pay.BillRefund && p.Difference.Kind == reconcile.MissingThere
}

// Mine reports whether it is the viewer's already.
func (p differencePage) Mine() bool { return p.Difference.Owner == p.Who.Name }

// Why explains the kind of difference.
func (p differencePage) Why() string {
	return p.T("difference.why." + string(p.Difference.Kind) + "." + string(p.Difference.Of))
}

// Plain marks the buttons that are not what is suggested.
func (p differencePage) Plain(act reconcile.Action) string {
	if p.Difference.Suggested == act {
		return ""
	}
	return " plain"
}

func (s *Site) differenceBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showDifference(w, r, nil)
}

func (s *Site) showDifference(w http.ResponseWriter, r *http.Request, why error) (err error) {
	ctx := r.Context()
	p := differencePage{board: s.board(r, "reconciliations")}
	if p.Difference, err = s.Desk.Books.Reader().Difference(ctx, r.PathValue("difference")); err != nil {
		return err
	}
	d := p.Difference
	p.Title, p.Self, p.Values["owner"] = p.DifferenceKind(d.Kind), "/admin/differences/"+d.ID, d.Owner
	if why != nil {
		for _, f := range []string{"note", "owner"} {
			if r.PostForm.Has(f) {
				p.Values[f] = r.PostFormValue(f)
			}
		}
		p.wrong(why, "note", "owner")
	}
	if p.Line, err = s.stepsOf(ctx, p.Locale, d); err != nil {
		return fault.Wrap("web.differenceBoard", err)
	}
	return s.show(w, "admin-difference", why, p)
}

// actOnDifference does what a person decided about a difference.
func (s *Site) actOnDifference(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	id, books, by := r.PathValue("difference"), s.Desk.Books, audit.ActorOf(r.Context())
	was, err := books.Reader().Difference(r.Context(), id)
	if err != nil {
		return err
	}
	entry := audit.Entry{Object: id, Was: string(was.Kind) + " " + was.Number, Became: strings.TrimSpace(form.Get("note"))}
	var act func(ctx context.Context) (reconcile.Difference, error)
	switch r.PathValue("act") {
	case "query":
		entry.Action = audit.DifferenceQuery
		act = func(ctx context.Context) (reconcile.Difference, error) { return books.Query(ctx, id, by) }
	case "refund":
		entry.Action = audit.DifferenceRefund
		act = func(ctx context.Context) (reconcile.Difference, error) { return books.Refund(ctx, id, by) }
	case "ignore":
		entry.Action = audit.DifferenceIgnore
		act = func(ctx context.Context) (reconcile.Difference, error) {
			return books.Ignore(ctx, id, by, entry.Became)
		}
	case "reopen":
		entry.Action = audit.DifferenceReopen
		act = func(ctx context.Context) (reconcile.Difference, error) {
			return books.Reopen(ctx, id, by, entry.Became)
		}
	case "assign":
		entry.Action, entry.Became = audit.DifferenceAssign, strings.TrimSpace(form.Get("owner"))
		act = func(ctx context.Context) (reconcile.Difference, error) {
			return books.Assign(ctx, id, by, entry.Became)
		}
	default:
		return errNoPage
	}
	after, err := act(audit.Note(r.Context(), entry))
	done := "difference_" + r.PathValue("act")
	if r.PathValue("act") == "query" && after.State == reconcile.Resolved {
		done = "difference_resolved"
	}
	return s.answered(w, r, err, "/admin/differences/"+id, done, s.showDifference)
}

// stepsOf tells a difference's history.
func (s *Site) stepsOf(ctx context.Context, l locale, d reconcile.Difference) (all []happening, err error) {
	steps, err := s.Desk.Books.Reader().Steps(ctx, d.ID)
	for _, one := range steps {
		h := happening{At: one.At, Kind: "person", What: l.word("step.", one.What), Detail: stepText(l, one)}
		if _, person := strings.CutPrefix(one.By, audit.MemberActor); !person && !strings.HasPrefix(one.By, audit.KeyActor) {
			h.Kind = "difference"
		} else {
			h.Detail = strings.TrimSpace(s.actorName(ctx, one.By) + " " + h.Detail)
		}
		h.Bad = one.What == reconcile.StepFound || one.What == reconcile.StepAgain || one.What == reconcile.StepReopened
		all = append(all, h)
	}
	return all, err
}

// stepText reads the note of a step: a person's own words as they are, and
// what the server wrote in the page's language.
func stepText(l locale, one reconcile.Step) string {
	switch one.What {
	case reconcile.StepAsked, reconcile.StepResolved, reconcile.StepRefunded:
		return answerText(l, one.Note)
	case reconcile.StepGone:
		if day, ok := strings.CutPrefix(one.Note, "in the bill of "); ok {
			return l.T("answer.in_bill", day)
		}
		return l.T("answer.not_found")
	}
	return one.Note
}

// answerText reads what a platform said, with an amount where it has one, or
// the code of why it said nothing.
func answerText(l locale, note string) string {
	word, amount, _ := strings.Cut(note, " ")
	if l.Has("fault." + note) {
		return l.FaultCode(note, note)
	}
	if !l.Has("answer." + word) {
		return note
	}
	text := l.T("answer." + word)
	if a, err := pay.ParseYuan(amount); err == nil && a > 0 {
		text += " " + l.Money(a)
	}
	return text
}

// lineDifferences tells what bills said about an order that the ledger did not.
func (s *Site) lineDifferences(ctx context.Context, l locale, objects []string, all *[]happening) error {
	found, err := s.Desk.Books.Reader().Differences(ctx, reconcile.DifferenceFilter{OrderID: objects[0], Limit: 100})
	if err != nil {
		return err
	}
	for _, d := range found {
		steps, err := s.stepsOf(ctx, l, d)
		if err != nil {
			return err
		}
		for _, h := range steps {
			h.Link = "/admin/differences/" + d.ID
			h.Detail = strings.TrimSpace(l.word("difference.kind.", string(d.Kind)) + " " + h.Detail)
			h.Bad = h.Bad && d.State == reconcile.Open
			*all = append(*all, h)
		}
	}
	return nil
}
