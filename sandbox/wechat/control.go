package wechat

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/paypush/paypush/sandbox/control"
)

// maxBulk bounds how many people one call makes.
const maxBulk = 5_000_000

const followersPath = "/sandbox/wechat/followers"

// registerControl mounts what is the sandbox's own.
func (p *Platform) registerControl(mux *http.ServeMux) {
	mux.HandleFunc("POST "+followersPath, p.createFollower)
	mux.HandleFunc("GET "+followersPath, p.listFollowers)
	mux.HandleFunc("POST "+followersPath+"/bulk", p.createMany)
	one := func(pattern string, do func(w http.ResponseWriter, r *http.Request, n uint32)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { p.withPerson(w, r, do) })
	}
	one("GET "+followersPath+"/{openid}", p.showFollower)
	one("POST "+followersPath+"/{openid}/follow", p.doFollow)
	one("POST "+followersPath+"/{openid}/unfollow", p.doUnfollow)
	one("POST "+followersPath+"/{openid}/block", p.doBlock)
	one("POST "+followersPath+"/{openid}/say", p.doSay)
	one("POST "+followersPath+"/{openid}/scan", p.doScan)
	one("POST "+followersPath+"/{openid}/tap", p.doTap)
	one("POST "+followersPath+"/{openid}/grant", p.doGrant)
	one("GET "+followersPath+"/{openid}/messages", p.listMessages)
	one("GET "+followersPath+"/{openid}/menu", p.showMenuOf)
	one("GET "+followersPath+"/{openid}/browser", p.browse)
	one("POST "+followersPath+"/{openid}/browser", p.browse)
	mux.HandleFunc("GET /sandbox/wechat/settings", p.showSettings)
	mux.HandleFunc("PUT /sandbox/wechat/settings", p.changeSettings)
	mux.HandleFunc("GET /sandbox/wechat/media/{id}", p.showMedia)
	mux.HandleFunc("GET /sandbox/wechat/menu", p.showMenu)
	mux.HandleFunc("POST /sandbox/wechat/kf/{account}", p.answerKf)
	mux.HandleFunc("GET /sandbox/wechat/kf/{id}", p.showKfPicture)
	mux.HandleFunc("GET /sandbox/wechat/pushes", p.listPushes)
	mux.HandleFunc("GET /sandbox/wechat/avatars/{n}", p.avatar)
}

func (p *Platform) withPerson(w http.ResponseWriter, r *http.Request, do func(http.ResponseWriter, *http.Request, uint32)) {
	p.mu.Lock()
	n, known := p.find(r.PathValue("openid"))
	p.mu.Unlock()
	if !known {
		control.Refuse(w, http.StatusNotFound, errors.New("nobody has this openid"))
		return
	}
	do(w, r, n)
}

func (p *Platform) createFollower(w http.ResponseWriter, r *http.Request) {
	in := struct {
		Nickname string `json:"nickname"`
		Follow   bool   `json:"follow"`
	}{Follow: true}
	if err := control.Body(r, &in); err != nil {
		control.Refuse(w, http.StatusBadRequest, err)
		return
	}
	if len(in.Nickname) > 128 {
		control.Refuse(w, http.StatusBadRequest, errors.New("a nickname has at most 128 bytes"))
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if in.Nickname == "" {
		in.Nickname = "微信用户" + strconv.Itoa(len(p.people.all)+1)
	}
	n := p.people.add(in.Nickname)
	if in.Follow {
		p.follow(n, "", "")
	} else {
		p.keepPerson(n)
	}
	control.Answer(w, http.StatusCreated, p.view(n))
}

func (p *Platform) createMany(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Count int `json:"count"`
	}
	if err := control.Body(r, &in); err != nil {
		control.Refuse(w, http.StatusBadRequest, err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if in.Count < 1 || in.Count > maxBulk || len(p.people.all)+in.Count > 4*maxBulk {
		control.Refuse(w, http.StatusBadRequest, fmt.Errorf("count is from 1 to %d", maxBulk))
		return
	}
	since := p.world.Now().Unix()
	from := p.people.addMany(uint32(in.Count), since)
	p.put("bulk", strconv.FormatUint(uint64(from), 10), bulkRecord{from, uint32(in.Count), since})
	p.world.Publish("wechat")
	last := from + uint32(in.Count) - 1
	control.Answer(w, http.StatusCreated, map[string]any{"count": in.Count, "first_openid": p.codec.openid(from), "last_openid": p.codec.openid(last)})
}

func (p *Platform) doFollow(w http.ResponseWriter, _ *http.Request, n uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.follow(n, "", "")
	control.Answer(w, http.StatusOK, p.view(n))
}

func (p *Platform) doUnfollow(w http.ResponseWriter, _ *http.Request, n uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unfollow(n)
	control.Answer(w, http.StatusOK, p.view(n))
}

func (p *Platform) doBlock(w http.ResponseWriter, r *http.Request, n uint32) {
	in := struct {
		Blocks bool `json:"blocks"`
	}{true}
	if err := control.Body(r, &in); err != nil {
		control.Refuse(w, http.StatusBadRequest, err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.people.all[n].blocks = in.Blocks
	p.keepPerson(n)
	control.Answer(w, http.StatusOK, p.view(n))
}

func (p *Platform) doSay(w http.ResponseWriter, r *http.Request, n uint32) {
	var in struct {
		Text string `json:"text"`
	}
	if err := control.Body(r, &in); err != nil || in.Text == "" {
		control.Refuse(w, http.StatusBadRequest, errors.New(`the body is {"text": what is said}`))
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.say(n, in.Text); err != nil {
		control.Refuse(w, http.StatusConflict, err)
		return
	}
	control.Answer(w, http.StatusOK, p.view(n))
}

func (p *Platform) doScan(w http.ResponseWriter, r *http.Request, n uint32) {
	var in scanOrder
	if err := control.Body(r, &in); err != nil || in.Text == "" {
		control.Refuse(w, http.StatusBadRequest, errors.New(`the body is {"text": what the code holds, "consent": true}`))
		return
	}
	result, err := p.scan(r.Context(), n, in)
	if err != nil {
		control.Refuse(w, http.StatusBadGateway, hideURL(err))
		return
	}
	control.Answer(w, http.StatusOK, result)
}

// hideURL drops the address from an error, since it may hold one-time secrets.
func hideURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return fmt.Errorf("the page could not be opened: %w", u.Err)
	}
	return err
}
