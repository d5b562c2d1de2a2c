package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/member/membertest"
	"github.com/paypush/paypush/internal/store/storetest"
)

// gated verifies a password only once its turn has come, as a hasher does that
// has few places.
type gated struct {
	membertest.Hasher
	arrived chan struct{}
	turn    map[string]chan struct{} // by password
}

func (g gated) Verify(ctx context.Context, password, hash string) (bool, error) {
	g.arrived <- struct{}{}
	<-g.turn[password]
	return g.Hasher.Verify(ctx, password, hash)
}

// Whoever guesses all at once gets no more answers than one who guesses one
// after the other: what was let in before the limit was reached is judged by
// it once more.
func TestGuessesAtOnceAreThrottledToo(t *testing.T) {
	const right, wrong = "correct horse", "wrong horse"
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(), context.Background()
		n := newNode(t, address, w)
		m, err := n.members.Register(ctx, "tea-drinker", right)
		good(t, err)
		for name, guess := range map[string]func(s *member.Service, password string) error{
			"sign in": func(s *member.Service, password string) error {
				_, err := s.SignIn(ctx, "tea-drinker", password, "203.0.113.1")
				return err
			},
			"change": func(s *member.Service, password string) error { return s.ChangePassword(ctx, m.ID, password, right) },
		} {
			t.Run(name, func(t *testing.T) {
				g := gated{arrived: make(chan struct{}), turn: map[string]chan struct{}{right: make(chan struct{}), wrong: make(chan struct{})}}
				s := member.NewService(member.Config{Store: n.db.People(), Hasher: g, Throttle: n.db.Throttle(w.clock.now), Now: w.clock.now, NewID: id.New})
				failed, last := make(chan error), make(chan error)
				for range 10 {
					go func() { failed <- guess(s, wrong) }()
				}
				go func() { last <- guess(s, right) }()
				for range 11 { // all of them are let in
					<-g.arrived
				}
				for range 10 {
					g.turn[wrong] <- struct{}{}
					if err := <-failed; err == nil {
						t.Error("a wrong password was taken")
					}
				}
				g.turn[right] <- struct{}{}
				if err := <-last; !errors.Is(err, member.ErrThrottled) {
					t.Errorf("after ten failures a guess was told: %v", err)
				}
			})
		}
	})
}
