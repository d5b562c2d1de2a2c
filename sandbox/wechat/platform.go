package wechat

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/paypush/paypush/sandbox/wechat/browser"
	"github.com/paypush/paypush/sandbox/world"
)

// Platform is one Official Account with its followers, kept in the world's
// journal. Its methods are safe for any number of goroutines.
type Platform struct {
	world    *world.World
	origin   func() string
	log      *slog.Logger
	patience time.Duration // real time a callback may take

	mu       sync.Mutex // guards everything below
	account  account
	codec    codec
	unions   codec // unionids, which accounts of one Open Platform account share
	atSite   codec // openids of the website application
	virtual  codec // openids of snapshot visitors, who are nobody
	people   people
	chats    chats
	tokens   tokens
	oauth    oauth
	sends    sends
	pushes   pushes
	qrs      qrs
	tags     tagList
	menu     *menu
	menusFor []menuFor
	kfs      []kf
	failures []failedCall
	desktops []*desktop
	quotas   quotas
	tickets  map[string]issued
	media    []*media
	jobs     []*massJob
	layouts  map[string]*layout

	massMonth  int64 // Unix seconds within the month of massCounts
	massCounts map[uint32]uint8
	browsers   map[uint32]*browser.Browser
}

// New opens the account kept in w's journal, or makes one when there is none.
// origin answers the sandbox's own base URL, empty while it is not known yet.
func New(w *world.World, origin func() string) (*Platform, error) {
	p := &Platform{
		world:    w,
		origin:   func() string { return strings.TrimSuffix(origin(), "/") },
		log:      w.Logger(),
		patience: 5 * time.Second,
		chats:    newChats(),
		tokens:   newTokens(),
		oauth:    newOAuth(),
		sends:    newSends(),
		qrs:      newQRs(),
		tickets:  map[string]issued{},
		layouts:  map[string]*layout{},
		browsers: map[uint32]*browser.Browser{},
	}
	if err := p.restore(); err != nil {
		return nil, fmt.Errorf("sandbox wechat: %w", err)
	}
	p.resumePushes()
	return p, nil
}

// Register mounts the platform's wire paths and its /sandbox/wechat/ control
// calls on mux.
func (p *Platform) Register(mux *http.ServeMux) {
	for _, e := range p.endpoints() {
		mux.Handle(e.path, p.api(e))
	}
	mux.Handle("/cgi-bin/", p.api(endpoint{path: "/cgi-bin/", open: true, do: unknownPath}))
	mux.Handle("/customservice/", p.api(endpoint{path: "/customservice/", open: true, do: unknownPath}))
	mux.Handle("/wxaapi/", p.api(endpoint{path: "/wxaapi/", open: true, do: unknownPath}))
	mux.Handle("/sns/", p.api(endpoint{path: "/sns/", open: true, sns: true, do: unknownPath}))
	mux.HandleFunc("GET /mp/subscribemsg", p.oneTimePage)
	mux.HandleFunc("POST /mp/subscribemsg", p.oneTimeAnswer)
	mux.HandleFunc("GET /cgi-bin/showqrcode", p.showQRCode)
	mux.HandleFunc("GET /connect/oauth2/authorize", p.authorizePage)
	mux.HandleFunc("POST /connect/oauth2/authorize", p.authorizeAnswer)
	p.registerDesktop(mux)
	p.registerControl(mux)
}

// Credentials answers what a client must be told to use the account, as
// GET /sandbox/credentials shows it.
func (p *Platform) Credentials() any {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.account
	return map[string]any{
		"base_url":         p.origin(),
		"app_id":           a.AppID,
		"app_secret":       a.Secret,
		"token":            a.Token,
		"encoding_aes_key": a.AESKey,
		"original_id":      a.OriginalID,
		"template_id":      a.Templates[0].ID,
		"templates":        a.Templates,
		"one_time_id":      a.OneTimeID,
		"notice_templates": a.Notices,
		"mode":             a.Settings.Mode,
		"follow_url":       a.followURL(),
		"website":          a.Website,
	}
}

// Truth answers what was really delivered, for checkers.
func (p *Platform) Truth() any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.chats.truth
}

// put journals one record; a journal that cannot be written is a broken
// sandbox, which is said aloud but does not stop the world.
func (p *Platform) put(kind, id string, v any) {
	if err := p.world.Put("wechat."+kind, id, v); err != nil {
		p.log.Error("sandbox wechat: journal", "kind", kind, "error", err)
	}
}
