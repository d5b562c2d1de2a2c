package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/qrcode"
)

// BindLink is a one-time invitation to bind a WeChat.
type BindLink struct {
	ID        string    `json:"id"`
	URL       string    `json:"url" doc:"What the QR code holds. It is a secret: whoever opens it in WeChat may bind to this member, after a page that names them"`
	QR        string    `json:"qr" doc:"The code as SVG, to be shown at once"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (a *API) registerBindLinks(path string) {
	huma.Register(a.huma, a.operation("create-bind-link", http.MethodPost, path, "Make a link and QR code by which a member binds their WeChat, once, within five minutes",
		http.StatusCreated, http.StatusNotFound), a.createBindLink)
}

type createBindLinkInput struct {
	Keyed
	ID string `path:"id" maxLength:"64"`
}

type bindLinkOutput struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     BindLink
}

func (a *API) createBindLink(ctx context.Context, in *createBindLinkInput) (*bindLinkOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/members/" + in.ID + "/bind_links", in.IdempotencyKey}
	out := &bindLinkOutput{Status: http.StatusCreated}
	replayed, err := a.once(ctx, scope, nil, &out.Body, func(ctx context.Context) error {
		return a.placeBindLink(ctx, scope, in.ID, out)
	})
	if err == nil && replayed != 0 {
		err = a.revealLink(&out.Body)
	}
	if err == nil {
		out.Body.QR, err = qrcode.SVG(out.Body.URL)
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}

// placeBindLink makes the link. It belongs to the key that asked for it, as one
// that a page makes belongs to its session.
func (a *API) placeBindLink(ctx context.Context, scope Scope, memberID string, out *bindLinkOutput) error {
	if _, err := a.Roll.Member(ctx, memberID); err != nil {
		return err
	}
	token, l, err := a.Members.DraftLink(memberID, "key:"+caller(ctx).ID, a.WeChat)
	if err != nil {
		return err
	}
	out.Body = BindLink{ID: l.ID, URL: a.PublicURL + "/b/" + token, ExpiresAt: l.ExpiresAt}
	if ctx, err = a.rememberLink(ctx, scope, out.Status, out.Body); err != nil {
		return err
	}
	return a.Members.PlaceLink(audit.Note(ctx, audit.Entry{Action: audit.BindInvite, Object: memberID, Became: l.ID}), l)
}

// rememberLink is [API.remember] with the link sealed: the database keeps no
// secret by which somebody could bind.
func (a *API) rememberLink(ctx context.Context, s Scope, httpStatus int, answer BindLink) (context.Context, error) {
	if s.Key == "" {
		return ctx, nil
	}
	sealed, err := a.Webhooks.Hide(answer.ID, answer.URL)
	if err != nil {
		return nil, err
	}
	answer.URL = base64.StdEncoding.EncodeToString(sealed)
	return a.remember(ctx, s, nil, httpStatus, answer)
}

func (a *API) revealLink(answer *BindLink) error {
	sealed, err := base64.StdEncoding.DecodeString(answer.URL)
	if err == nil {
		answer.URL, err = a.Webhooks.Reveal(answer.ID, sealed)
	}
	return err
}
