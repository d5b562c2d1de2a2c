package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/push"
)

// Wishes keeps what people want to be told, and how.
type Wishes interface {
	// Follower finds somebody or fails with [push.ErrNoFollower].
	Follower(ctx context.Context, account, openid string) (push.Follower, error)
	// Prefer changes what somebody wants by a function, which may run twice.
	Prefer(ctx context.Context, account, openid string, change func(*push.Preferences)) error
}

// wishesPage asks a member what they want to be told.
type wishesPage struct {
	Base
	Binding *member.Binding // nil where nothing can be sent yet
	push.Preferences
	Saved bool
}

// Ways are those among which one may choose.
func (wishesPage) Ways() []push.Way { return push.PreferableWays() }

// Wants reports whether a way is wanted.
func (p wishesPage) Wants(w push.Way) bool { return !slices.Contains(p.Without, w) }

func (s *Site) wishes(w http.ResponseWriter, r *http.Request) (err error) {
	p := wishesPage{Base: s.base(r, "me"), Saved: r.URL.Query().Get("saved") == "1"}
	p.Self, p.Title = "/me/preferences", p.T("wishes.title")
	if p.Binding, err = s.binding(r); err != nil {
		return err
	}
	if p.Binding != nil {
		f, err := s.Wishes.Follower(r.Context(), s.WeChat, p.Binding.OpenID)
		if err != nil && !errors.Is(err, push.ErrNoFollower) {
			return err
		}
		p.Preferences = f.Preferences
	}
	s.render(w, http.StatusOK, "wishes", p)
	return nil
}

// wish stores what was ticked.
func (s *Site) wish(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	noted := audit.Note(r.Context(), audit.Entry{Action: audit.FollowerChange, Object: visitOf(r).who.ID, Became: "wishes"})
	return s.prefer(noted, w, r, func(p *push.Preferences) {
		p.NoNotices, p.NoPromotions, p.Without = form.Get("notices") != "1", form.Get("promotions") != "1", nil
		for _, way := range push.PreferableWays() {
			if !slices.Contains(form["way"], string(way)) {
				p.Without = append(p.Without, way)
			}
		}
	})
}

// unsubscribe ends promotions and leaves everything else as it is.
func (s *Site) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	noted := audit.Note(r.Context(), audit.Entry{Action: audit.FollowerChange, Object: visitOf(r).who.ID, Became: "promotions 0"})
	return s.prefer(noted, w, r, func(p *push.Preferences) { p.NoPromotions = true })
}

// prefer changes the wishes of whoever sent the request.
func (s *Site) prefer(ctx context.Context, w http.ResponseWriter, r *http.Request, change func(*push.Preferences)) error {
	b, err := s.binding(r)
	if err == nil && b == nil {
		err = member.ErrNoBinding
	}
	if err == nil {
		err = s.Wishes.Prefer(ctx, s.WeChat, b.OpenID, change)
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/me/preferences?saved=1")
}
