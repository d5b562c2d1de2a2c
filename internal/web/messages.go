package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/push"
)

// messagesPage is the console's list of messages with its search.
type messagesPage struct {
	board
	Messages []push.Message
}

// States lists the states that one may search for.
func (p messagesPage) States() []option {
	all := []option{{Name: p.T("list.any")}}
	for _, st := range []push.Status{push.Queued, push.Sending, push.Sent, push.Failed, push.Skipped, push.Unknown} {
		all = append(all, option{Value: string(st), Name: p.MessageStatus(st)})
	}
	return all
}

func (s *Site) messagesBoard(w http.ResponseWriter, r *http.Request) error {
	p := messagesPage{board: s.board(r, "messages")}
	p.filled(r, "q", "status", "from", "to")
	f, err := messageFilter(p.Values, r.URL.Query().Get("cursor"))
	if err == nil {
		p.Messages, err = s.findMessages(r.Context(), strings.TrimSpace(p.Values["q"]), f)
	}
	if fault.KindOf(err) == fault.Invalid {
		p.wrong(err, "from", "to")
		return s.show(w, "admin-messages", err, p)
	}
	if err != nil {
		return fault.Wrap("web.messagesBoard", err)
	}
	p.more(r, len(p.Messages), func() string { return p.Messages[len(p.Messages)-1].ID })
	return s.show(w, "admin-messages", nil, p)
}

func messageFilter(v map[string]string, before string) (push.Filter, error) {
	f := push.Filter{Before: before, Limit: rowsPerPage}
	switch st := push.Status(v["status"]); st {
	case push.Queued, push.Sending, push.Sent, push.Failed, push.Skipped, push.Unknown:
		f.Status = st
	}
	var err error
	f.From, f.Until, err = daysOf(v)
	return f, err
}

// findMessages takes the one field of the search for a message's id, a
// member's id or name, else for an openid.
func (s *Site) findMessages(ctx context.Context, q string, f push.Filter) ([]push.Message, error) {
	switch {
	case strings.HasPrefix(q, "msg_"):
		m, err := s.Push.Message(ctx, q)
		if errors.Is(err, push.ErrNoMessage) {
			return nil, nil
		}
		return []push.Message{m}, err
	case strings.HasPrefix(q, "mem_"):
		f.MemberID = q
	case q != "":
		m, err := s.Desk.Roll.MemberByName(ctx, q)
		if err != nil && !errors.Is(err, member.ErrNoMember) {
			return nil, err
		}
		if f.MemberID = m.ID; m.ID == "" {
			f.Recipient = q
		}
	}
	return s.Push.Messages(ctx, f)
}

// messagePage is one message with what became of it.
type messagePage struct {
	board
	Message push.Message
	Name    string // of the member; empty for nobody, or for one who left
	Card    card
	Line    []happening
	Advice  string // what to do about the platform's code; empty for nothing
}

func (s *Site) messageBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showMessage(w, r, nil)
}

func (s *Site) showMessage(w http.ResponseWriter, r *http.Request, why error) error {
	p, err := s.messagePage(r)
	if err != nil {
		return err
	}
	if why != nil {
		p.wrong(why)
	}
	return s.show(w, "admin-message", why, p)
}

func (s *Site) messagePage(r *http.Request) (p messagePage, err error) {
	ctx := r.Context()
	p = messagePage{board: s.board(r, "messages")}
	if p.Message, err = s.Push.Message(ctx, r.PathValue("message")); err != nil {
		return p, err
	}
	m := p.Message
	p.Title, p.Self = p.T("message.title"), "/admin/messages/"+m.ID
	if m.MemberID != "" {
		one, err := s.Members.Member(ctx, m.MemberID)
		if err != nil && !errors.Is(err, member.ErrNoMember) {
			return p, err
		}
		p.Name = one.Name
	}
	p.Advice = s.advice(p.Locale, m.Account, m.Code, "")
	if p.Card, err = s.cardOf(ctx, p.Locale, m); err != nil {
		return p, err
	}
	p.Line, err = s.messageLine(ctx, p.Locale, m)
	return p, err
}

// sendAgain sends what surely reached nobody once more.
func (s *Site) sendAgain(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("message")
	m, err := s.Push.Again(audit.Note(r.Context(), audit.Entry{Action: audit.MessageAgain, Object: id}), id)
	return s.answered(w, r, err, "/admin/messages/"+m.ID, "again", s.showMessage)
}
