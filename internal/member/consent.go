package member

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Consented is called when a phone comes back from the consent page. The link
// is used up before the code is exchanged. It returns the member whom a
// confirmation would bind, who agreed, and the secret of the confirm button.
//
// WeChat may open the page twice. The same token with the same code answers
// the same while the link waits for its confirmation, and exchanges nothing
// again; with any other code the link is used.
func (s *Service) Consented(ctx context.Context, token, code string) (l Link, m Member, confirm string, err error) {
	confirm = confirmSecret(token, code)
	l, first, err := s.claim(ctx, token, confirm)
	if err == nil && first {
		l, err = s.identify(ctx, l, code)
	} else if err == nil {
		l, err = s.await(ctx, l)
	}
	if err == nil {
		m, err = s.store.Member(ctx, l.MemberID)
	}
	if err != nil {
		return Link{}, Member{}, "", fault.Wrap("member.Consented", err)
	}
	return l, m, confirm, nil
}

// confirmSecret is what the confirm button bears. It needs the code besides
// the token: the desk that shows the token must not be able to press the
// button in the place of the person on the phone.
func confirmSecret(token, code string) string {
	h := hmac.New(sha256.New, []byte(token))
	h.Write([]byte("confirm " + code))
	return hex.EncodeToString(h.Sum(nil))
}

// claim uses the link up for one code. It reports false for the same code
// again, while that one is being exchanged or waits for its confirmation.
func (s *Service) claim(ctx context.Context, token, confirm string) (l Link, first bool, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		first = false
		if l, err = tx.LinkByToken(ctx, HashSecret(token)); err != nil {
			return err
		}
		waits := l.Status == LinkClaimed || l.Status == LinkConsented
		if waits && l.ConfirmHash == HashSecret(confirm) && s.now().Before(l.ExpiresAt) {
			return nil
		}
		if l, err = s.openLink(ctx, tx, token); err != nil {
			return err
		}
		first = true
		l.Status, l.ConfirmHash = LinkClaimed, HashSecret(confirm)
		return tx.UpdateLink(ctx, l)
	})
	return l, first, err
}

// identify exchanges the code of a claimed link and writes down who agreed, or
// why it can't be bound.
func (s *Service) identify(ctx context.Context, l Link, code string) (Link, error) {
	who, err := s.directories[l.Account].Identify(ctx, code)
	if err == nil && who.Snapshot {
		err = ErrSnapshot
	}
	if err == nil && l.OpenID != "" && l.OpenID != who.OpenID {
		err = ErrLinkOther
	}
	if err == nil {
		err = s.bindable(ctx, s.store, l.MemberID, l.Account, who.OpenID)
	}
	if err != nil {
		return Link{}, errors.Join(err, s.refuse(ctx, l.ID, err))
	}
	return s.advance(ctx, l.ID, LinkClaimed, func(l *Link) {
		l.Status, l.OpenID, l.UnionID, l.Nickname = LinkConsented, who.OpenID, who.UnionID, who.Nickname
	})
}

// How long the second opening of a page waits for the first one's exchange.
const (
	awaitStep  = 100 * time.Millisecond
	awaitSteps = 80
)

// await waits until the first opening of the page has exchanged the code.
func (s *Service) await(ctx context.Context, l Link) (Link, error) {
	t := time.NewTicker(awaitStep)
	defer t.Stop()
	for range awaitSteps {
		if l.Status != LinkClaimed {
			break
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return l, ctx.Err()
		}
		var err error
		if l, err = s.store.Link(ctx, l.ID); err != nil {
			return l, err
		}
	}
	if l.Status != LinkConsented {
		return l, ErrLinkUsed
	}
	return l, nil
}

// Confirming finds the link that a press of the confirm button would use.
func (s *Service) Confirming(ctx context.Context, confirm string) (Link, error) {
	l, err := s.store.LinkByConfirm(ctx, HashSecret(confirm))
	return l, fault.Wrap("member.Confirming", err)
}
