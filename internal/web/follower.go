package web

import (
	"net/http"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/push"
)

// followerPage is one follower.
type followerPage struct {
	board
	Follower push.Follower
	Tags     []push.Tag
	Member   member.Member // whom they are bound to; without an id for nobody
	Messages []push.Message
	Window   push.Window // the longer one that is open; zero for none
}

func (s *Site) followerBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showFollower(w, r, nil)
}

func (s *Site) showFollower(w http.ResponseWriter, r *http.Request, why error) (err error) {
	ctx, openid := r.Context(), r.PathValue("openid")
	p := followerPage{board: s.board(r, "followers")}
	if p.Follower, err = s.Desk.Followers.Follower(ctx, s.WeChat, openid); err != nil {
		return err
	}
	p.Title, p.Self = p.T("follower.title"), "/admin/followers/"+openid
	if why != nil {
		p.wrong(why)
	}
	for _, one := range []push.Window{p.Follower.Brief, p.Follower.Typed} {
		if one.Left > 0 && one.Until.After(s.Now()) {
			p.Window = one
		}
	}
	if p.Member, err = s.boundTo(ctx, openid); err != nil {
		return err
	}
	tags, err := s.Desk.Followers.Tags(ctx, s.WeChat)
	if err != nil {
		return err
	}
	for _, t := range tags {
		for _, id := range p.Follower.Tags {
			if t.ID == id {
				p.Tags = append(p.Tags, t)
			}
		}
	}
	if p.Messages, err = s.Push.Messages(ctx, push.Filter{Recipient: openid, Limit: recent}); err != nil {
		return err
	}
	return s.show(w, "admin-follower", why, p)
}

// changeFollower notes whether somebody wants promotions.
func (s *Site) changeFollower(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	openid, refuses := r.PathValue("openid"), form.Get("promotions") == "0"
	if !refuses && form.Get("promotions") != "1" {
		return s.answered(w, r, errChoice, "", "", s.showFollower)
	}
	if _, err := s.Desk.Followers.Follower(r.Context(), s.WeChat, openid); err != nil {
		return err
	}
	entry := audit.Entry{Action: audit.FollowerChange, Object: audit.Mask(openid), Became: "promotions " + form.Get("promotions")}
	err = s.Desk.Followers.Refuse(audit.Note(r.Context(), entry), s.WeChat, openid, refuses)
	return s.answered(w, r, err, "/admin/followers/"+openid, "follower", s.showFollower)
}
