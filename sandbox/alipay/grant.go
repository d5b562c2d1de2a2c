package alipay

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/paypush/paypush/sandbox/world"
)

const (
	grantKind   = "alipay.grant"
	codeValid   = 10 * time.Minute
	accessValid = 15 * 24 * time.Hour
	renewValid  = 30 * 24 * time.Hour
)

// grant is a right that somebody has given to an app: first a code, then a
// token with a second one to renew it.
type grant struct {
	Subject string `json:"subject"`
	AppID   string `json:"app_id"`
	// Kind is "code", "token", "renewal", and the same with "app_" in front
	// for rights that a merchant gives.
	Kind  string `json:"kind"`
	Until moment `json:"until"`
	Since moment `json:"since,omitempty"`
	Used  bool   `json:"used,omitempty"`
}

// grants holds all rights by their secret.
type grants struct {
	world *world.World
	mu    sync.Mutex
	all   map[string]grant
}

func newGrants(w *world.World) (*grants, error) {
	g := &grants{world: w, all: map[string]grant{}}
	now := momentOf(w.Now())
	return g, w.Load(grantKind, func(secret string, raw json.RawMessage) error {
		var one grant
		if err := json.Unmarshal(raw, &one); err != nil {
			return err
		}
		if one.Until.after(renewValid) > now {
			g.all[secret] = one
		}
		return nil
	})
}

// give makes a secret for a right.
func (g *grants) give(one grant) string {
	secret := randomHex(20)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keep(secret, one)
	return secret
}

func (g *grants) keep(secret string, one grant) {
	g.all[secret] = one
	if err := g.world.Put(grantKind, secret, one); err != nil {
		g.world.Logger().Error("alipay sandbox: a grant was not kept", "err", err)
	}
}

// find looks a right up. It is not good when its time is over, or when it was
// for one use and has been used.
func (g *grants) find(secret, kind string, now moment) (one grant, known, good bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	one, known = g.all[secret]
	known = known && one.Kind == kind
	return one, known, known && !one.Used && now < one.Until
}

// spend is find for a right of one use.
func (g *grants) spend(secret, kind, appID string, now moment) (one grant, known, good bool) {
	one, known, good = g.find(secret, kind, now)
	if !good || one.AppID != appID {
		return one, known, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all[secret].Used {
		return one, known, false
	}
	one.Used = true
	g.keep(secret, one)
	return one, known, true
}

// tokens turns a right into a fresh token and the secret that renews it.
func (g *grants) tokens(from grant, prefix string, now moment) (token, renewal string) {
	token = g.give(grant{Subject: from.Subject, AppID: from.AppID, Kind: prefix + "token", Until: now.after(accessValid)})
	renewal = g.give(grant{Subject: from.Subject, AppID: from.AppID, Kind: prefix + "renewal", Until: now.after(renewValid)})
	return token, renewal
}
