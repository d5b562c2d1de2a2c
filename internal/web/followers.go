package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/push"
)

// followersPage lists who follows the account, or did, and how far the copy of
// them is.
type followersPage struct {
	board
	Followers []push.Follower
	Tags      []push.Tag
	Members   map[string]member.Member // by openid
	Mirror    push.Mirror
	Reading   bool
}

// State is the state by which the stream knows what this page shows.
func (p followersPage) State() string { return mirrorState(p.Mirror, p.Reading) }

func mirrorState(m push.Mirror, reading bool) string {
	return fmt.Sprintf("%t %d %d %d %s", reading, m.Round, m.Found, m.Tag, m.Error)
}

// TagOptions lists the tags to choose from.
func (p followersPage) TagOptions() []option {
	all := []option{{Value: "", Name: p.T("list.any")}}
	for _, t := range p.Tags {
		all = append(all, option{Value: strconv.FormatInt(t.ID, 10), Name: fmt.Sprintf("%s (%d)", t.Name, t.People)})
	}
	return all
}

// Kinds lists whom one may list.
func (p followersPage) Kinds() (all []option) {
	for _, k := range []push.FollowerState{push.FollowersNow, push.FollowersLeft, push.FollowersRefusing} {
		key := string(k)
		if key == "" {
			key = "now"
		}
		all = append(all, option{Value: string(k), Name: p.Locale.word("followers.state.", key)})
	}
	return all
}

func (s *Site) followersBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showFollowers(w, r, nil)
}

func (s *Site) showFollowers(w http.ResponseWriter, r *http.Request, why error) (err error) {
	ctx := r.Context()
	p := followersPage{board: s.board(r, "followers"), Members: map[string]member.Member{}}
	p.filled(r, "q", "state", "tag")
	if why != nil {
		p.Self = "/admin/followers"
		p.wrong(why)
	}
	if p.Mirror, p.Reading, err = s.mirror(ctx); err != nil {
		return fault.Wrap("web.followersBoard", err)
	}
	if p.Reading {
		p.Refresh = 3
	}
	if p.Tags, err = s.Desk.Followers.Tags(ctx, s.WeChat); err != nil {
		return fault.Wrap("web.followersBoard", err)
	}
	if p.Followers, err = s.findFollowers(r, p.Values); err != nil {
		return fault.Wrap("web.followersBoard", err)
	}
	for _, f := range p.Followers {
		m, err := s.boundTo(ctx, f.OpenID)
		if err != nil {
			return err
		}
		p.Members[f.OpenID] = m
	}
	if strings.TrimSpace(p.Values["q"]) == "" {
		p.more(r, len(p.Followers), func() string { return p.Followers[len(p.Followers)-1].OpenID })
	}
	return s.show(w, "admin-followers", why, p)
}

// findFollowers takes the one field of the search for an openid, or for the
// name or id of a member who bound one.
func (s *Site) findFollowers(r *http.Request, v map[string]string) (all []push.Follower, err error) {
	ctx, q := r.Context(), strings.TrimSpace(v["q"])
	if q == "" {
		f := push.FollowerFilter{Account: s.WeChat, Tag: -1, State: push.FollowerState(v["state"]), After: r.URL.Query().Get("cursor"), Limit: rowsPerPage}
		if tag, err := strconv.ParseInt(v["tag"], 10, 64); err == nil && tag >= 0 {
			f.Tag = tag
		}
		return s.Desk.Followers.List(ctx, f)
	}
	found, err := s.findBindings(ctx, q)
	if err != nil {
		return nil, err
	}
	openids := []string{q}
	for _, b := range found {
		if b.OpenID != q {
			openids = append(openids, b.OpenID)
		}
	}
	for _, openid := range openids {
		f, err := s.Desk.Followers.Follower(ctx, s.WeChat, openid)
		if err == nil {
			all = append(all, f)
		} else if !errors.Is(err, push.ErrNoFollower) {
			return nil, err
		}
	}
	return all, nil
}

// boundTo finds the member whom an openid is bound to; one without an id for
// nobody.
func (s *Site) boundTo(ctx context.Context, openid string) (m member.Member, err error) {
	b, err := s.Desk.Roll.BindingByOpenID(ctx, s.WeChat, openid)
	if errors.Is(err, member.ErrNoBinding) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	m.ID = b.MemberID
	m.Name, err = s.memberName(ctx, b.MemberID)
	return m, err
}

// mirror tells how far the copy of the followers is, and whether it is being
// read, or will be at once.
func (s *Site) mirror(ctx context.Context) (m push.Mirror, reading bool, err error) {
	m, err = s.Desk.Followers.Mirror(ctx, s.WeChat)
	due := !m.DueAt.IsZero() && !m.DueAt.After(s.Now())
	return m, (due || !m.BeganAt.IsZero()) && m.Error == "", err
}

// syncFollowers has the followers read from the platform, soon.
func (s *Site) syncFollowers(w http.ResponseWriter, r *http.Request) error {
	err := s.Desk.Followers.Sync(audit.Note(r.Context(), audit.Entry{Action: audit.FollowerSync, Object: s.WeChat}), s.WeChat)
	return s.answered(w, r, err, "/admin/followers", "sync", s.showFollowers)
}

// syncEvents streams how far the reading of followers is.
func (s *Site) syncEvents(w http.ResponseWriter, r *http.Request) error {
	return s.stream(w, r, func(ctx context.Context) (update, error) {
		m, reading, err := s.mirror(ctx)
		state := mirrorState(m, reading)
		return update{State: state, Final: !reading, Data: map[string]string{"state": state}}, err
	})
}
