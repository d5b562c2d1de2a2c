package wechat

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/paypush/paypush/sandbox/control"
)

// followerView is a person as the control calls show them.
type followerView struct {
	OpenID   string   `json:"openid"`
	Nickname string   `json:"nickname"`
	Avatar   string   `json:"avatar"`
	Follows  bool     `json:"follows"`
	Blocks   bool     `json:"blocks"`
	Received uint32   `json:"received"`
	Windows  windows  `json:"windows"`
	Last     *message `json:"last,omitempty"`
}

// windows are how many custom messages the person may still be sent.
type windows struct {
	Typed int `json:"typed"`
	Brief int `json:"brief"`
}

// view shows person n; the caller holds the lock.
func (p *Platform) view(n uint32) followerView {
	who := &p.people.all[n]
	v := followerView{
		OpenID: p.codec.openid(n), Nickname: p.nickname(n), Avatar: "/sandbox/wechat/avatars/" + strconv.FormatUint(uint64(n), 10),
		Follows: who.follows, Blocks: who.blocks, Received: who.received,
	}
	if m, now := who.more, p.world.Now(); m != nil {
		if m.Typed.open(now) {
			v.Windows.Typed = m.Typed.Left
		}
		if m.Brief.open(now) {
			v.Windows.Brief = m.Brief.Left
		}
	}
	if list := p.chats.byWho[n]; len(list) > 0 {
		v.Last = &list[len(list)-1]
	}
	return v
}

// number reads a query value within bounds.
func number(r *http.Request, name string, fallback, most int) int {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil || n < 1 {
		return fallback
	}
	return min(n, most)
}

// listFollowers shows those who were made one by one, newest first, and fills
// up with those made in bulk.
func (p *Platform) listFollowers(w http.ResponseWriter, r *http.Request) {
	limit := number(r, "limit", 50, 1000)
	p.mu.Lock()
	defer p.mu.Unlock()
	list := []followerView{}
	for _, n := range slices.Backward(p.people.named) {
		if len(list) < limit {
			list = append(list, p.view(n))
		}
	}
	for n := 0; n < len(p.people.all) && len(list) < limit; n++ {
		if p.people.all[n].nickname == "" {
			list = append(list, p.view(uint32(n)))
		}
	}
	control.Answer(w, http.StatusOK, map[string]any{"account": p.account.Name, "people": len(p.people.all), "followers": p.people.followers, "data": list})
}

func (p *Platform) showFollower(w http.ResponseWriter, _ *http.Request, n uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	control.Answer(w, http.StatusOK, p.view(n))
}

// listMessages shows what arrived on a phone, oldest first; ?all=1 adds what
// the person wrote and the grey lines between.
func (p *Platform) listMessages(w http.ResponseWriter, r *http.Request, n uint32) {
	limit, all := number(r, "limit", keptPerPerson, keptPerPerson), r.URL.Query().Get("all") != ""
	p.mu.Lock()
	defer p.mu.Unlock()
	list := []message{}
	for _, m := range p.chats.byWho[n] {
		if all || (m.Via != fromPerson && m.Via != fromEvent) {
			list = append(list, m)
		}
	}
	if extra := len(list) - limit; extra > 0 {
		list = list[extra:]
	}
	v := p.view(n)
	control.Answer(w, http.StatusOK, map[string]any{"openid": v.OpenID, "nickname": v.Nickname, "received": v.Received, "messages": list})
}

// avatar draws the first letter of a nickname on a colour of its own.
func (p *Platform) avatar(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.ParseUint(r.PathValue("n"), 10, 32)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil || n >= uint64(len(p.people.all)) {
		http.NotFound(w, r)
		return
	}
	letter, _ := utf8.DecodeRuneInString(p.nickname(uint32(n)))
	hue := n * 137 % 360
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="hsl(%d 45%% 46%%)"/><text x="48" y="64" font-size="46" text-anchor="middle" fill="#fff" font-family="system-ui,sans-serif">%s</text></svg>`, hue, html.EscapeString(string(letter)))
}
