package web

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
)

// SignInLinks redeems one-time sign-in links.
type SignInLinks interface {
	// Owner tells whom a secret would sign in, and leaves it as it is.
	Owner(ctx context.Context, secret string) (memberID string, err error)
	// Redeem uses a secret up and tells whom it signs in. A secret that is
	// unknown, used or expired is a fault of the caller's.
	Redeem(ctx context.Context, secret string) (memberID string, err error)
}

// SessionOwners remembers beside each session whose it is, so that a member's
// sessions can be ended.
type SessionOwners interface {
	// WithOwner makes room in a request's context for the session's member.
	WithOwner(ctx context.Context) context.Context
	// SetOwner says whose session the request's is.
	SetOwner(ctx context.Context, memberID string)
	// DeleteOthers ends every session of a member but the one with the token
	// keep, and returns how many.
	DeleteOthers(ctx context.Context, memberID, keep string) (int64, error)
}

// Pulse tells that something was committed on this node. It need not tell
// everything, so streams also look by themselves.
type Pulse interface {
	// Changed returns a channel that is closed after the next such commit.
	Changed() <-chan struct{}
}

// The modes of a server.
const (
	ModeSandbox = "sandbox"
	ModeTest    = "platform-test"
	ModeLive    = "live"
)

// Config is what a [Site] works with. Pay, Push, Members, Sessions, PublicURL
// and Now are needed.
type Config struct {
	Pay         *pay.Service
	Push        *push.Service
	Members     *member.Service
	Sessions    *scs.SessionManager // with its cookie's name and flags set
	SignIn      SignInLinks         // nil where there are no such links
	Desk        *Desk               // what the console works with; nil switches it off
	Wishes      Wishes              // nil where nobody is asked what they want to be told
	Owners      SessionOwners       // nil to leave ended sessions to their expiry
	Pulse       Pulse               // nil to look now and then only
	WeChat      string              // the account to bind at; empty switches binding off
	BindByCode  bool                // /bind shows a parametric code first, where the account can make one
	FollowQR    string              // what the account's follow code holds; may be empty
	PublicURL   string              // absolute, without a slash at the end
	Mode        string              // one of the modes; [ModeLive] shows no banner
	Demo        bool                // the demo shop and open registration exist
	SandboxURL  string              // shown as the way to the phone in sandbox mode
	VerifyFiles map[string]string   // "/MP_verify_....txt" to what it holds
	Now         func() time.Time    // business time, by which orders and links live
	Log         *slog.Logger        // nil for none
}

// Site serves the pages. It is safe for any number of goroutines.
type Site struct {
	Config
	origin  string
	secure  bool
	assets  assets
	pages   map[string]*template.Template
	locales []locale
	guard   *http.CrossOriginProtection
	closed  chan struct{}
	close   sync.Once
	seats   *seats
}

// New makes a site; the session manager then answers its own failures with the
// site's error page. It panics where the embedded files are broken, which a
// test would have found.
func New(c Config) *Site {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	s := &Site{Config: c, origin: c.PublicURL, secure: strings.HasPrefix(c.PublicURL, "https://"),
		assets: loadAssets(), locales: loadLocales(), guard: http.NewCrossOriginProtection(),
		closed: make(chan struct{}), seats: &seats{taken: map[string]int{}}}
	s.pages = loadPages(s.assets)
	s.guard.SetDenyHandler(s.denied())
	s.Sessions.ErrorFunc = s.sessionFailed
	return s
}

// Register adds every page to mux, and a handler for everything that nobody
// else answers. It claims the pattern "/".
func (s *Site) Register(mux *http.ServeMux) {
	for _, r := range s.routes() {
		mux.Handle(r.Method+" "+r.Path, s.wrap(r))
	}
	mux.Handle("GET /static/{name}", s.outer(http.HandlerFunc(s.static)))
	mux.Handle("/", s.wrap(route{Role: Visitor, form: page, handle: s.nowhere(mux)}))
}

// Handler serves the pages alone.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	s.Register(mux)
	return mux
}

// Close ends the open event streams, so that a server can drain; it is meant
// for [http.Server.RegisterOnShutdown]. Closing again does nothing.
func (s *Site) Close() { s.close.Do(func() { close(s.closed) }) }
