package wechat

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/paypush/paypush/sandbox/control"
)

// menuButton is one entry of the account's menu; one with entries below it
// does nothing itself.
type menuButton struct {
	Type     string       `json:"type,omitempty"`
	Name     string       `json:"name"`
	Key      string       `json:"key,omitempty"`
	URL      string       `json:"url,omitempty"`
	MediaID  string       `json:"media_id,omitempty"`
	AppID    string       `json:"appid,omitempty"`
	PagePath string       `json:"pagepath,omitempty"`
	Sub      []menuButton `json:"sub_button"`
}

type menu struct {
	Buttons []menuButton `json:"button"`
}

func menuEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/menu/create", verb: byPost, do: (*Platform).menuCreate},
		{path: "/cgi-bin/menu/get", verb: byGet, do: (*Platform).menuGet},
		{path: "/cgi-bin/menu/delete", verb: byGet, do: (*Platform).menuDelete},
	}
}

// menuCreate is POST /cgi-bin/menu/create: up to three entries of up to five.
func (p *Platform) menuCreate(c *call) (any, error) {
	var in menu
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	withSubs(in.Buttons)
	p.menu = &in
	p.put("menu", "menu", p.menu)
	p.world.Publish("wechat")
	return ok(), nil
}

func (m menu) check() error {
	if len(m.Buttons) == 0 || len(m.Buttons) > 3 {
		return fail(40016)
	}
	for _, b := range m.Buttons {
		if err := b.check(true); err != nil {
			return err
		}
	}
	return nil
}

// withSubs gives each entry a list of entries below it, though an empty one, as
// the platform shows them.
func withSubs(entries []menuButton) {
	for i := range entries {
		if entries[i].Sub == nil {
			entries[i].Sub = []menuButton{}
		}
		withSubs(entries[i].Sub)
	}
}

func (b menuButton) check(top bool) error {
	switch {
	case b.Name == "" || len(b.Name) > 60:
		return fail(40018)
	case len(b.Sub) > 5 || len(b.Sub) > 0 && !top:
		return fail(40023)
	case len(b.Sub) > 0:
		for _, sub := range b.Sub {
			if err := sub.check(false); err != nil {
				return err
			}
		}
		return nil
	case b.Type == "view" && b.URL == "":
		return fail(40027)
	case b.taps() && (b.Key == "" || len(b.Key) > 128):
		return fail(40019)
	}
	if !b.taps() && !slices.Contains([]string{"view", "miniprogram", "media_id", "view_limited", "article_id", "article_view_limited"}, b.Type) {
		return fail(40017)
	}
	return nil
}

// taps tells the kinds that are told to the account with their key.
func (b menuButton) taps() bool {
	return slices.Contains([]string{"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"}, b.Type)
}

func (p *Platform) menuGet(*call) (any, error) {
	if p.menu == nil {
		return nil, fail(46003)
	}
	if len(p.menusFor) == 0 {
		return map[string]any{"menu": p.menu}, nil
	}
	return map[string]any{"menu": p.menu, "conditionalmenu": p.menusFor}, nil
}

func (p *Platform) menuDelete(*call) (any, error) {
	p.menu, p.menusFor = nil, nil
	p.put("menu", "menu", nil)
	p.keepMenusFor()
	return ok(), nil
}

func (p *Platform) restoreMenu(_ string, raw json.RawMessage) error {
	return json.Unmarshal(raw, &p.menu)
}

// find looks for a button by what it is told as, or by its name.
func (m *menu) find(what string) (menuButton, bool) {
	if m == nil {
		return menuButton{}, false
	}
	for _, top := range m.Buttons {
		for _, b := range append([]menuButton{top}, top.Sub...) {
			if len(b.Sub) == 0 && (b.Key == what || b.URL == what || b.Name == what) {
				return b, true
			}
		}
	}
	return menuButton{}, false
}

func (p *Platform) showMenu(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	writeMenu(w, p.menu)
}

func writeMenu(w http.ResponseWriter, m *menu) {
	if m == nil {
		m = &menu{Buttons: []menuButton{}}
	}
	control.Answer(w, http.StatusOK, m)
}

// doTap is a person tapping a menu entry, named by key, address or label.
func (p *Platform) doTap(w http.ResponseWriter, r *http.Request, n uint32) {
	var in struct {
		Button string `json:"button"`
	}
	if err := control.Body(r, &in); err != nil {
		control.Refuse(w, http.StatusBadRequest, err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	b, found := p.menuOf(n).find(in.Button)
	if !found || !p.people.all[n].follows {
		control.Refuse(w, http.StatusConflict, errNoButton)
		return
	}
	p.tap(n, b)
	control.Answer(w, http.StatusOK, b)
}

// tap opens the short window for the kinds that do, and tells the account.
func (p *Platform) tap(n uint32, b menuButton) {
	now := p.world.Now()
	switch b.Type {
	case "view":
		p.push(n, eventFields("VIEW", field{"EventKey", b.URL}))
	case "miniprogram":
		p.push(n, eventFields("view_miniprogram", field{"EventKey", b.PagePath}))
	case "click", "scancode_push", "scancode_waitmsg":
		m := p.people.all[n].details()
		m.Brief, m.Contact = window{briefCount, now.Add(briefLength).Unix()}, now.Unix()
		p.keepPerson(n)
		fallthrough
	default:
		event := b.Type
		if event == "click" {
			event = "CLICK"
		}
		p.push(n, eventFields(event, field{"EventKey", b.Key}))
	}
}
