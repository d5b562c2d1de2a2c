package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
)

// recipientsPage lists a campaign's people with what became of each.
type recipientsPage struct {
	board
	Campaign push.Campaign
	People   []push.Delivery
	Export   string // where the same people are as a file
}

// States lists the states that one may search for.
func (p recipientsPage) States() []option {
	all := []option{{Name: p.T("list.any")}}
	for _, st := range []push.Status{push.Queued, push.Sending, push.Sent, push.Failed, push.Skipped, push.Unknown} {
		all = append(all, option{Value: string(st), Name: p.MessageStatus(st)})
	}
	return all
}

func (s *Site) recipientsBoard(w http.ResponseWriter, r *http.Request) (err error) {
	ctx, q := r.Context(), r.URL.Query()
	p := recipientsPage{board: s.board(r, "campaigns")}
	p.filled(r, "status", "openid", "code")
	if p.Campaign, err = s.Desk.Campaigns.Campaign(ctx, r.PathValue("campaign")); err != nil {
		return err
	}
	p.Title = p.T("people_of.title", p.Campaign.Title)
	f := recipientFilter(q)
	f.Limit = rowsPerPage
	if after, err := strconv.ParseInt(q.Get("cursor"), 10, 64); err == nil {
		f.After = after
	}
	if p.People, err = s.Desk.Campaigns.Deliveries(ctx, p.Campaign, f); err != nil {
		return fault.Wrap("web.recipientsBoard", err)
	}
	if f.Recipient == "" {
		p.more(r, len(p.People), func() string { return strconv.FormatInt(p.People[len(p.People)-1].N, 10) })
	}
	q.Del("cursor")
	p.Export = (&url.URL{Path: "/admin/campaigns/" + p.Campaign.ID + "/people.csv", RawQuery: q.Encode()}).String()
	return s.show(w, "admin-recipients", nil, p)
}

// recipientFilter reads the search form.
func recipientFilter(q url.Values) push.DeliveryFilter {
	f := push.DeliveryFilter{Recipient: strings.TrimSpace(q.Get("openid")), Code: strings.TrimSpace(q.Get("code")), After: -1}
	switch st := push.Status(q.Get("status")); st {
	case push.Queued, push.Sending, push.Sent, push.Failed, push.Skipped, push.Unknown:
		f.Status = st
	}
	return f
}

// exportRecipients sends a campaign's people as a file for spreadsheets.
func (s *Site) exportRecipients(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Desk.Campaigns.Campaign(r.Context(), r.PathValue("campaign"))
	if err != nil {
		return err
	}
	s.export(w, r, c.ID, func(write func(cells ...string) error) error { return s.writeRecipients(r, c, write) })
	return nil
}

func (s *Site) writeRecipients(r *http.Request, c push.Campaign, write func(cells ...string) error) error {
	b := s.base(r, "")
	if err := write("openid", b.T("list.status"), b.T("people_of.way"), b.T("messages.code"), b.T("people_of.advice"), b.T("people_of.report"),
		b.T("people_of.tries"), b.T("list.at")); err != nil {
		return err
	}
	for d, err := range s.Desk.Campaigns.All(r.Context(), c, recipientFilter(r.URL.Query())) {
		if err != nil {
			return err
		}
		if err := write(d.Recipient, b.MessageStatus(d.Status), b.WayName(d.Way), d.Code, s.advice(b.Locale, c.Account, d.Code, d.Detail),
			b.ReportName(d.Report), strconv.Itoa(d.Attempts), cellTime(d.DoneAt)); err != nil {
			return err
		}
	}
	return nil
}

// ReportName is what people call what a platform reported.
func (b Base) ReportName(report string) string {
	if report == "" {
		return ""
	}
	return b.Locale.word("report.", report)
}

// advice says what a code means and what to do about it, in a language.
func (s *Site) advice(l locale, account, code, fallback string) string {
	said := s.Push.Advice(account, code)
	text := said.Zh
	if l.Tag == "en" {
		text = said.En
	}
	if text == "" {
		return fallback
	}
	return text
}
