package member

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/paypush/paypush/internal/fault"
)

// CanCode reports whether an account can make parametric codes.
func (s *Service) CanCode(account string) bool {
	_, ok := s.directories[account].(Coder)
	return ok
}

// InviteByCode makes a bind link whose QR code is a parametric one of the
// account: who scans it follows at once, and gets the link into their chat. It
// answers what the code holds. The code's scene is a secret that goes to the
// platform alone.
//
// It fails like [Service.Invite], with [ErrThrottled] where the member had ten
// of them within a quarter of an hour, since the platform counts them, and with
// the platform's refusal.
func (s *Service) InviteByCode(ctx context.Context, memberID, session, account string) (content string, l Link, err error) {
	coder, ok := s.directories[account].(Coder)
	if !ok {
		return "", Link{}, fault.New(fault.NotFound, "account_not_found", "There is no such WeChat account.")
	}
	if err := unbound(ctx, s.store, memberID, account); err != nil {
		return "", Link{}, fault.Wrap("member.InviteByCode", err)
	}
	key := "code:" + memberID
	if err := s.throttle.Allow(ctx, key); err != nil {
		return "", Link{}, fault.Wrap("member.InviteByCode", err)
	}
	if err := s.throttle.Fail(ctx, key); err != nil {
		return "", Link{}, fault.Wrap("member.InviteByCode", err)
	}
	scene := newSecret()
	l = s.newLink(memberID, session, account, LinkPosted)
	l.SceneHash, l.TokenHash = HashSecret(scene), HashSecret(newSecret())
	if content, err = coder.Code(ctx, scene, LinkLife); err == nil {
		err = s.offer(ctx, l)
	}
	if err != nil {
		return "", Link{}, fault.Wrap("member.InviteByCode", err)
	}
	return content, l, nil
}

// Scanned is called when the platform reports who scanned a parametric code.
// Nothing is bound by that: a picture of the code can be shown to anybody. It
// answers whom the link would bind, and its token, which must go into the chat
// of that one person and nowhere else; from there on all is as with a link, and
// only that person can use it.
//
// The platform may report a scan several times; the answer is the same. It
// fails with [ErrNoLink] for a scene that is not ours.
func (s *Service) Scanned(ctx context.Context, account, scene, openID string) (m Member, token string, err error) {
	token = chatToken(scene, openID)
	var why error
	err = s.store.Update(ctx, func(tx Tx) error {
		l, err := tx.LinkByScene(ctx, HashSecret(scene))
		if err != nil {
			return err
		}
		if why, err = s.scan(ctx, tx, l, account, openID, token); err != nil || why != nil {
			return err
		}
		m, err = tx.Member(ctx, l.MemberID)
		return err
	})
	if err = errors.Join(err, why); err != nil {
		return Member{}, "", fault.Wrap("member.Scanned", err)
	}
	return m, token, nil
}

// scan writes down who scanned. A person who may not be bound uses the link
// up, and the desk is told why.
func (s *Service) scan(ctx context.Context, tx Tx, l Link, account, openID, token string) (why, err error) {
	switch {
	case l.Account != account:
		return ErrNoLink, nil
	case !s.now().Before(l.ExpiresAt):
		return ErrLinkExpired, nil
	case l.Status == LinkScanned && l.OpenID == openID:
		return nil, nil
	case l.Status != LinkPosted:
		return ErrLinkUsed, nil
	}
	l.Status, l.OpenID, l.TokenHash = LinkScanned, openID, HashSecret(token)
	why = s.bindable(ctx, tx, l.MemberID, l.Account, openID)
	switch {
	case fault.KindOf(why) == fault.Conflict:
		l.Status, l.Reason = LinkRefused, fault.CodeOf(why)
	case why != nil:
		return nil, why
	}
	return why, tx.UpdateLink(ctx, l)
}

// chatToken is the secret of the link that goes into a person's chat. Every
// report of one scan gives the same.
func chatToken(scene, openID string) string {
	h := hmac.New(sha256.New, []byte(scene))
	h.Write([]byte("chat " + openID))
	return hex.EncodeToString(h.Sum(nil))
}
