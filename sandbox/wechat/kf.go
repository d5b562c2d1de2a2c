package wechat

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paypush/paypush/sandbox/control"
)

// Bounds of customer service.
const (
	maxKf       = 100
	maxKfNick   = 16
	maxKfName   = 10
	firstKf     = 1001
	inviteLife  = 24 * 3600 // seconds
	kfPictureOf = "/sandbox/wechat/kf/"
)

// kf is one member of customer service.
type kf struct {
	Account string `json:"kf_account"`
	ID      int    `json:"id"`
	Nick    string `json:"kf_nick"`
	WeChat  string `json:"kf_wx,omitempty"`
	Invited string `json:"invite_wx,omitempty"`
	Until   int64  `json:"invite_expire_time,omitempty"`
	Refused bool   `json:"refused,omitempty"`
	Online  bool   `json:"online,omitempty"`
	Picture []byte `json:"picture,omitempty"`
}

func kfEndpoints() []endpoint {
	const accounts = "/customservice/kfaccount/"
	return []endpoint{
		{path: accounts + "add", verb: byPost, do: (*Platform).kfAdd},
		{path: accounts + "update", verb: byPost, do: (*Platform).kfUpdate},
		{path: accounts + "del", verb: byEither, do: (*Platform).kfDelete},
		{path: accounts + "inviteworker", verb: byPost, do: (*Platform).kfInvite},
		{path: accounts + "uploadheadimg", verb: byPost, do: (*Platform).kfPicture},
		{path: "/cgi-bin/customservice/getkflist", verb: byEither, do: (*Platform).kfList},
		{path: "/cgi-bin/customservice/getonlinekflist", verb: byEither, do: (*Platform).kfOnline},
	}
}

// kfOrder is what the calls about customer service take.
type kfOrder struct {
	Account string `json:"kf_account"`
	Nick    string `json:"nickname"`
	Invite  string `json:"invite_wx"`
}

// kfOrder reads the order from the body, or from the query of calls that have
// no JSON.
func (c *call) kfOrder() (in kfOrder, err error) {
	in.Account = c.query.Get("kf_account")
	if len(c.body) > 0 && c.body[0] == '{' {
		err = c.decode(&in)
	}
	return in, err
}

func (p *Platform) kfIndex(account string) int {
	return slices.IndexFunc(p.kfs, func(k kf) bool { return k.Account == account })
}

func goodNick(nick string) bool { return nick != "" && utf8.RuneCountInString(nick) <= maxKfNick }

// kfAdd is POST /customservice/kfaccount/add: a name of letters and digits in
// front of an @.
func (p *Platform) kfAdd(c *call) (any, error) {
	in, err := c.kfOrder()
	if err != nil {
		return nil, err
	}
	name, rest, found := strings.Cut(in.Account, "@")
	plain := !strings.ContainsFunc(name, func(r rune) bool { return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9') })
	switch {
	case !found || name == "" || rest == "" || len(name) > maxKfName || !plain:
		return nil, fail(65404)
	case !goodNick(in.Nick):
		return nil, fail(65403)
	case p.kfIndex(in.Account) >= 0:
		return nil, fail(65406)
	case len(p.kfs) >= maxKf:
		return nil, fail(65405)
	}
	id := firstKf
	if n := len(p.kfs); n > 0 {
		id = p.kfs[n-1].ID + 1
	}
	p.kfs = append(p.kfs, kf{Account: in.Account, ID: id, Nick: in.Nick})
	p.keepKfs()
	return ok(), nil
}

// kfAt finds the member that a call names and changes the list there.
func (p *Platform) kfAt(c *call, change func(i int, in kfOrder) error) (any, error) {
	in, err := c.kfOrder()
	if err != nil {
		return nil, err
	}
	i := p.kfIndex(in.Account)
	if i < 0 {
		return nil, fail(65401)
	}
	if err := change(i, in); err != nil {
		return nil, err
	}
	p.keepKfs()
	return ok(), nil
}

// kfChange finds the member that a call names and edits it.
func (p *Platform) kfChange(c *call, edit func(k *kf, in kfOrder) error) (any, error) {
	return p.kfAt(c, func(i int, in kfOrder) error { return edit(&p.kfs[i], in) })
}

// kfUpdate is POST /customservice/kfaccount/update.
func (p *Platform) kfUpdate(c *call) (any, error) {
	return p.kfChange(c, func(k *kf, in kfOrder) error {
		if !goodNick(in.Nick) {
			return fail(65403)
		}
		k.Nick = in.Nick
		return nil
	})
}

// kfInvite is POST /customservice/kfaccount/inviteworker.
func (p *Platform) kfInvite(c *call) (any, error) {
	return p.kfChange(c, func(k *kf, in kfOrder) error {
		switch {
		case in.Invite == "":
			return fail(40035)
		case slices.ContainsFunc(p.kfs, func(o kf) bool { return o.WeChat == in.Invite }):
			return fail(65407)
		case slices.ContainsFunc(p.kfs, func(o kf) bool { return o.invitation(c.now.Unix()) == "waiting" && o.Invited == in.Invite }):
			return fail(65408)
		}
		k.Invited, k.Until, k.Refused = in.Invite, c.now.Unix()+inviteLife, false
		return nil
	})
}

// kfPicture is POST /customservice/kfaccount/uploadheadimg, a form.
func (p *Platform) kfPicture(c *call) (any, error) {
	picture, err := c.upload("image")
	if err != nil {
		return nil, err
	}
	return p.kfChange(c, func(k *kf, _ kfOrder) error {
		k.Picture = picture.Content
		return nil
	})
}

// kfDelete is /customservice/kfaccount/del: some clients GET it with a query,
// others POST JSON.
func (p *Platform) kfDelete(c *call) (any, error) {
	return p.kfAt(c, func(i int, _ kfOrder) error {
		p.kfs = slices.Delete(p.kfs, i, i+1)
		return nil
	})
}

// invitation is how the newest invitation stands, empty without one.
func (k kf) invitation(now int64) string {
	switch {
	case k.Invited == "":
		return ""
	case k.Refused:
		return "rejected"
	case now >= k.Until:
		return "expired"
	}
	return "waiting"
}

func (p *Platform) kfList(c *call) (any, error) {
	type shown struct {
		Account string `json:"kf_account"`
		Picture string `json:"kf_headimgurl"`
		ID      string `json:"kf_id"`
		Nick    string `json:"kf_nick"`
		WeChat  string `json:"kf_wx,omitempty"`
		Invited string `json:"invite_wx,omitempty"`
		Until   int64  `json:"invite_expire_time,omitempty"`
		State   string `json:"invite_status,omitempty"`
	}
	list := []shown{}
	for _, k := range p.kfs {
		list = append(list, shown{k.Account, p.origin() + kfPictureOf + strconv.Itoa(k.ID), strconv.Itoa(k.ID), k.Nick, k.WeChat,
			k.Invited, k.Until, k.invitation(c.now.Unix())})
	}
	return map[string]any{"kf_list": list}, nil
}

func (p *Platform) kfOnline(*call) (any, error) {
	type shown struct {
		Account string `json:"kf_account"`
		Status  int    `json:"status"`
		ID      int    `json:"kf_id"`
		Cases   int    `json:"accepted_case"`
	}
	list := []shown{}
	for _, k := range p.kfs {
		if k.Online {
			list = append(list, shown{k.Account, 1, k.ID, 0})
		}
	}
	return map[string]any{"kf_online_list": list}, nil
}

func (p *Platform) keepKfs() { p.put("kf", "all", p.kfs) }

func (p *Platform) restoreKfs(_ string, raw json.RawMessage) error {
	return json.Unmarshal(raw, &p.kfs)
}

// answerKf is the invited person agreeing or refusing, and then coming to
// work or going home.
func (p *Platform) answerKf(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Accept *bool `json:"accept"`
		Online bool  `json:"online"`
	}
	if err := control.Body(r, &in); err != nil {
		control.Refuse(w, http.StatusBadRequest, err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.kfIndex(r.PathValue("account"))
	if i < 0 {
		control.Refuse(w, http.StatusNotFound, errors.New("there is no such member of customer service"))
		return
	}
	k := &p.kfs[i]
	waiting := k.invitation(p.world.Now().Unix()) == "waiting"
	switch {
	case in.Accept != nil && !waiting:
		control.Refuse(w, http.StatusConflict, errors.New("no invitation waits for an answer"))
		return
	case in.Accept != nil && *in.Accept:
		k.WeChat, k.Invited, k.Until = k.Invited, "", 0
	case in.Accept != nil:
		k.Refused = true
	}
	if in.Online && k.WeChat == "" {
		control.Refuse(w, http.StatusConflict, errors.New("nobody has accepted yet"))
		return
	}
	k.Online = in.Online
	p.keepKfs()
	control.Answer(w, http.StatusOK, *k)
}

// showKfPicture shows what was uploaded for a member.
func (p *Platform) showKfPicture(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.kfs, func(k kf) bool { return strconv.Itoa(k.ID) == r.PathValue("id") && len(k.Picture) > 0 })
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	writePicture(w, http.DetectContentType(p.kfs[i].Picture), p.kfs[i].Picture)
}
