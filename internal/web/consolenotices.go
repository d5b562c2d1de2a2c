package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

// noticesPage is the inbox of what platforms posted.
type noticesPage struct {
	board
	Notices []pay.Notice
}

var verdicts = []pay.Verdict{pay.VerdictSettled, pay.VerdictSurplus, pay.VerdictRepeated, pay.VerdictNoted, pay.VerdictMismatched}

// Verdicts lists what one may search for.
func (p noticesPage) Verdicts() []pay.Verdict { return verdicts }

func (s *Site) noticesBoard(w http.ResponseWriter, r *http.Request) error {
	p := noticesPage{board: s.board(r, "notices")}
	p.filled(r, "q", "verdict")
	f := pay.NoticeSearch{Number: strings.TrimSpace(p.Values["q"]), Before: r.URL.Query().Get("cursor"), Limit: rowsPerPage}
	if v := pay.Verdict(p.Values["verdict"]); slices.Contains(verdicts, v) {
		f.Verdict = v
	}
	var err error
	if p.Notices, err = s.Pay.Reader().NoticePage(r.Context(), f); err != nil {
		return fault.Wrap("web.noticesBoard", err)
	}
	p.more(r, len(p.Notices), func() string { return p.Notices[len(p.Notices)-1].ID })
	return s.show(w, "admin-notices", nil, p)
}

// noticePage is one notice as it came.
type noticePage struct {
	board
	Notice pay.Notice
	Order  string // the id of the order that it is about; empty for none
}

// Body is what was posted, as text.
func (p noticePage) Body() string { return readable(p.Notice.Body) }

// Headers lists what was kept of the request's headers, by name.
func (p noticePage) Headers() (all []struct{ Name, Value string }) {
	for _, name := range slices.Sorted(maps.Keys(p.Notice.Header)) {
		all = append(all, struct{ Name, Value string }{name, strings.Join(p.Notice.Header[name], ", ")})
	}
	return all
}

// readable gives bytes as text that a page may show.
func readable(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

func (s *Site) noticeBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showNotice(w, r, nil)
}

func (s *Site) showNotice(w http.ResponseWriter, r *http.Request, why error) error {
	ctx := r.Context()
	p := noticePage{board: s.board(r, "notices")}
	var err error
	if p.Notice, err = s.Pay.Reader().Notice(ctx, r.PathValue("notice")); err != nil {
		return err
	}
	p.Title, p.Self = p.T("notice.title"), "/admin/notices/"+p.Notice.ID
	if why != nil {
		p.wrong(why)
	}
	if p.Notice.PaymentID != "" {
		one, err := s.Pay.Reader().Payment(ctx, p.Notice.PaymentID)
		if err != nil {
			return fault.Wrap("web.noticeBoard", err)
		}
		p.Order = one.OrderID
	}
	return s.show(w, "admin-notice", why, p)
}

// replayNotice takes the kept bytes in again, as if the platform had posted
// them once more: what was known already stays as it is.
func (s *Site) replayNotice(w http.ResponseWriter, r *http.Request) error {
	n, err := s.Pay.Reader().Notice(r.Context(), r.PathValue("notice"))
	if err != nil {
		return err
	}
	ctx := audit.Note(r.Context(), audit.Entry{Action: audit.NoticeReplay, Object: n.ID, Was: string(n.Verdict)})
	err = s.Pay.ReceiveAgain(ctx, n)
	return s.answered(w, r, err, "/admin/notices/"+n.ID, "replayed", s.showNotice)
}

// forgedPage shows what was posted without a good signature.
type forgedPage struct {
	board
	Counts  []pay.ForgedCount
	Samples []pay.Forged
}

// Text is the beginning of a sample's body.
func (p forgedPage) Text(f pay.Forged) string { return readable(f.Body) }

func (s *Site) forgedBoard(w http.ResponseWriter, r *http.Request) (err error) {
	p := forgedPage{board: s.board(r, "forged")}
	if p.Counts, err = s.Desk.Figures.ForgedCounts(r.Context(), time.Now().Add(-7*24*time.Hour)); err != nil {
		return fault.Wrap("web.forgedBoard", err)
	}
	if p.Samples, err = s.Desk.Figures.ForgedSamples(r.Context()); err != nil {
		return fault.Wrap("web.forgedBoard", err)
	}
	return s.show(w, "admin-forged", nil, p)
}
