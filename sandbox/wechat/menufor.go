package wechat

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// Bounds and system of conditional menus. Every phone of the sandbox runs
// Android, as its browser says.
const (
	maxMenusFor  = 100
	firstMenuFor = 400_000_000
	phoneSystem  = "2"
)

// menuFor is a menu for those who fit its rule.
type menuFor struct {
	menu
	Rule menuRule `json:"matchrule"`
	ID   int64    `json:"menuid"`
}

// menuRule says who sees a menu. The last five are what the platform does not
// take any more.
type menuRule struct {
	Tag      any    `json:"tag_id,omitempty"`
	System   any    `json:"client_platform_type,omitempty"`
	Sex      any    `json:"sex,omitempty"`
	Country  string `json:"country,omitempty"`
	Province string `json:"province,omitempty"`
	City     string `json:"city,omitempty"`
	Language string `json:"language,omitempty"`
}

func menuForEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/menu/addconditional", verb: byPost, do: (*Platform).menuForAdd},
		{path: "/cgi-bin/menu/delconditional", verb: byPost, do: (*Platform).menuForDelete},
		{path: "/cgi-bin/menu/trymatch", verb: byPost, do: (*Platform).menuForTry},
	}
}

// check refuses an empty rule and one about private matters.
func (r menuRule) check() error {
	switch {
	case r.Country+r.Province+r.City+r.Language != "" || r.Sex != nil && r.Sex != "":
		return fail(65320)
	case wholeNumber(r.Tag) == 0 && wholeNumber(r.System) == 0:
		return fail(65304)
	}
	return nil
}

// fits tells whether a person sees the menu.
func (r menuRule) fits(who *person) bool {
	if tag := wholeNumber(r.Tag); tag != 0 && !who.tagged(tag) {
		return false
	}
	system := wholeNumber(r.System)
	return system == 0 || strconv.Itoa(system) == phoneSystem
}

// menuForAdd is POST /cgi-bin/menu/addconditional.
func (p *Platform) menuForAdd(c *call) (any, error) {
	var in menuFor
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := in.menu.check(); err != nil {
		return nil, err
	}
	if err := in.Rule.check(); err != nil {
		return nil, err
	}
	switch {
	case p.menu == nil:
		return nil, fail(65303)
	case len(p.menusFor) >= maxMenusFor:
		return nil, fail(65305)
	}
	in.ID = firstMenuFor + p.chats.last
	if n := len(p.menusFor); n > 0 {
		in.ID = p.menusFor[n-1].ID + 1
	}
	withSubs(in.Buttons)
	p.menusFor = append(p.menusFor, in)
	p.keepMenusFor()
	return map[string]string{"menuid": strconv.FormatInt(in.ID, 10)}, nil
}

// menuForDelete is POST /cgi-bin/menu/delconditional.
func (p *Platform) menuForDelete(c *call) (any, error) {
	var in struct {
		ID any `json:"menuid"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(p.menusFor, func(m menuFor) bool { return m.ID == int64(wholeNumber(in.ID)) })
	if i < 0 {
		return nil, fail(65301)
	}
	p.menusFor = slices.Delete(p.menusFor, i, i+1)
	p.keepMenusFor()
	return ok(), nil
}

// menuForTry is POST /cgi-bin/menu/trymatch: what one follower sees.
func (p *Platform) menuForTry(c *call) (any, error) {
	var in struct {
		User string `json:"user_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	n, known := p.find(in.User)
	m := p.menu
	switch {
	case !known:
		return nil, fail(46004)
	case p.people.all[n].follows:
		m = p.menuOf(n)
	}
	if m == nil {
		return nil, fail(46003)
	}
	return m, nil
}

// menuOf is what person n sees: the newest menu whose rule they fit, else the
// one for everybody, which may be nil.
func (p *Platform) menuOf(n uint32) *menu {
	for _, m := range slices.Backward(p.menusFor) {
		if m.Rule.fits(&p.people.all[n]) {
			return &m.menu
		}
	}
	return p.menu
}

func (p *Platform) keepMenusFor() {
	p.put("menusfor", "all", p.menusFor)
	p.world.Publish("wechat")
}

func (p *Platform) restoreMenusFor(_ string, raw json.RawMessage) error {
	return json.Unmarshal(raw, &p.menusFor)
}

// showMenuOf is the menu on one phone.
func (p *Platform) showMenuOf(w http.ResponseWriter, _ *http.Request, n uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	writeMenu(w, p.menuOf(n))
}
