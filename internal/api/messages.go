package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/push"
)

// Message is a message as callers see it.
type Message struct {
	ID        string      `json:"id"`
	Status    push.Status `json:"status" enum:"queued,sending,sent,failed,skipped,unknown"`
	Channel   string      `json:"channel"`
	Member    string      `json:"member,omitempty"`
	OpenID    string      `json:"openid,omitempty"`
	Template  string      `json:"template,omitempty"`
	Text      string      `json:"text,omitempty"`
	Needed    bool        `json:"needed" doc:"Told whatever the person prefers, since an order or the law needs it"`
	Ways      []push.Way  `json:"ways,omitempty" doc:"In which it may be told, first the one to try first"`
	Way       push.Way    `json:"way,omitempty" enum:"template,custom,preview," doc:"In which it was told"`
	Skips     []Skip      `json:"skips,omitempty" doc:"Ways that were passed over"`
	Code      string      `json:"code,omitempty" doc:"Ours, or the platform's for the last try"`
	Detail    string      `json:"detail,omitempty"`
	Advice    *Advice     `json:"advice,omitempty" doc:"What to do about the code"`
	Report    string      `json:"report,omitempty" enum:"delivered,blocked,failed," doc:"What the platform reported after it took the message; known for 90 days"`
	Reported  *time.Time  `json:"reported_at"`
	Attempts  int         `json:"attempts"`
	CreatedAt time.Time   `json:"created_at"`
	DoneAt    *time.Time  `json:"done_at"`
}

// Skip is a way that was passed over.
type Skip struct {
	Way    push.Way `json:"way"`
	Code   string   `json:"code" doc:"Ours, or the platform's"`
	Advice *Advice  `json:"advice,omitempty"`
}

// Advice is what to do about a code, in both languages.
type Advice struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// advice finds what to do about a code; nil where there is nothing to say.
func (a *API) advice(account, code string) *Advice {
	if said := a.Push.Advice(account, code); code != "" && said.En != "" {
		return &Advice{said.Zh, said.En}
	}
	return nil
}

func (a *API) viewSkips(account string, all push.Skips) []Skip {
	var views []Skip
	for _, s := range all {
		views = append(views, Skip{s.Way, s.Code, a.advice(account, s.Code)})
	}
	return views
}

func (a *API) viewMessage(m push.Message) Message {
	return Message{ID: m.ID, Status: m.Status, Channel: m.Channel, Member: m.MemberID, OpenID: m.Recipient,
		Template: m.Template, Text: m.Text, Needed: m.Needed, Ways: m.Ways, Way: m.Way, Skips: a.viewSkips(m.Account, m.Skips), Code: m.Code, Detail: m.Detail,
		Advice: a.advice(m.Account, m.Code), Report: m.Report, Reported: optional(m.ReportedAt), Attempts: m.Attempts,
		CreatedAt: m.CreatedAt, DoneAt: optional(m.DoneAt)}
}

func (a *API) registerMessages() {
	huma.Register(a.huma, a.operation("create-message", http.MethodPost, "/v1/messages", "Tell one person something",
		http.StatusAccepted), a.createMessage)
	huma.Register(a.huma, a.operation("list-messages", http.MethodGet, "/v1/messages", "List messages, newest first",
		http.StatusOK), a.listMessages)
	huma.Register(a.huma, a.operation("get-message", http.MethodGet, "/v1/messages/{id}", "What became of a message",
		http.StatusOK, http.StatusNotFound), a.getMessage)
}

type newMessage struct {
	To     *To               `json:"to,omitempty" doc:"Who is told"`
	Member string            `json:"member,omitempty" maxLength:"64" doc:"The same as to.member"`
	OpenID string            `json:"openid,omitempty" maxLength:"64" doc:"The same as to.openid"`
	Text   string            `json:"text,omitempty" maxLength:"600" doc:"Plain text, on WeChat a custom message; or template"`
	Name   string            `json:"template,omitempty" maxLength:"64" doc:"The name of a template; or text"`
	Data   map[string]string `json:"data,omitempty" maxProperties:"20" doc:"The template's values"`
	Link   string            `json:"link,omitempty" maxLength:"512" doc:"What opens at a tap"`
	Needed bool              `json:"needed,omitempty" doc:"An order or the law needs it: it is told to who wants no notices, too"`
	Ways   []push.Way        `json:"ways,omitempty" maxItems:"2" enum:"template,custom" doc:"In which to tell it, first the one to try first; all that are legal where it is left out"`
	Over   string            `json:"channel,omitempty" enum:"wechat" doc:"The only one that is configured"`
}

// To names one person, in exactly one way.
type To struct {
	Member string `json:"member,omitempty" maxLength:"64" doc:"mem_..."`
	User   string `json:"user,omitempty" maxLength:"64" doc:"The team's own id of a member"`
	OpenID string `json:"openid,omitempty" maxLength:"64"`
	Email  string `json:"email,omitempty" maxLength:"254" doc:"Refused: no such way is configured"`
	Phone  string `json:"phone,omitempty" maxLength:"32" doc:"Refused: no such way is configured"`
}

func (t To) to() push.To {
	return push.To{MemberID: t.Member, User: t.User, OpenID: t.OpenID, Email: t.Email, Phone: t.Phone}
}

// whom reads the recipient, beside to also from where it stood before.
func (b newMessage) whom() push.To {
	if b.To == nil {
		return To{Member: b.Member, OpenID: b.OpenID}.to()
	}
	if b.Member != "" || b.OpenID != "" {
		return push.To{}
	}
	return b.To.to()
}

type createMessageInput struct {
	Idempotent
	Body newMessage
}

type messageOutput struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Message
}

func (a *API) createMessage(ctx context.Context, in *createMessageInput) (*messageOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/messages", in.IdempotencyKey}
	out := &messageOutput{Status: http.StatusAccepted}
	replayed, err := a.once(ctx, scope, in.RawBody, &out.Body, func(ctx context.Context) error {
		return a.placeMessage(ctx, scope, in, out)
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}

func (a *API) placeMessage(ctx context.Context, scope Scope, in *createMessageInput, out *messageOutput) error {
	b := in.Body
	m, err := a.Push.Draft(ctx, push.NewMessage{To: b.whom(), Text: b.Text,
		Template: b.Name, Values: b.Data, Link: b.Link, Needed: b.Needed, Ways: b.Ways})
	if err != nil {
		return err
	}
	out.Body = a.viewMessage(m)
	if ctx, err = a.remember(ctx, scope, in.RawBody, out.Status, out.Body); err != nil {
		return err
	}
	_, err = a.Push.Place(ctx, m)
	return err
}

type messageInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *API) getMessage(ctx context.Context, in *messageInput) (*messageOutput, error) {
	m, err := a.Push.Message(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &messageOutput{Status: http.StatusOK, Body: a.viewMessage(m)}, nil
}

type listMessagesInput struct {
	Paged
	Member string `query:"member" maxLength:"64" doc:"Only those to this member, mem_..."`
	Status string `query:"status" enum:"queued,sending,sent,failed,skipped,unknown"`
}

type listMessagesOutput struct{ Body Page[Message] }

func (a *API) listMessages(ctx context.Context, in *listMessagesInput) (*listMessagesOutput, error) {
	before, err := in.behind("msg")
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	found, err := a.Push.Messages(ctx, push.Filter{MemberID: in.Member, Status: push.Status(in.Status), Before: before, Limit: in.Limit})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &listMessagesOutput{pageOf(found, in.Limit, a.viewMessage, func(m push.Message) string { return m.ID })}, nil
}
