package web

import (
	"context"
	"errors"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
)

// Scanned takes what a platform reported of a parametric code: who scanned it.
// It answers what that person is to read in their chat, in both languages: the
// account that would be bound and the link behind which they confirm it, or
// why nothing can be bound. It answers nothing for a scene that is not ours,
// and an error only where the report should come again.
func (s *Site) Scanned(ctx context.Context, account, scene, openID string) (string, error) {
	m, token, err := s.Members.Scanned(ctx, account, scene, openID)
	switch {
	case err == nil:
		return s.inBoth(func(l locale) string { return l.T("scanned.ask", m.Name, s.origin+"/b/"+token) }), nil
	case errors.Is(err, member.ErrNoLink):
		return "", nil
	case fault.KindOf(err) == fault.Conflict:
		return s.inBoth(func(l locale) string { return l.Fault(err) }), nil
	}
	return "", err
}

// inBoth says one thing in every language, for who reads it can't choose.
func (s *Site) inBoth(say func(locale) string) (text string) {
	for i, l := range s.locales {
		if i > 0 {
			text += "\n\n"
		}
		text += say(l)
	}
	return text
}
