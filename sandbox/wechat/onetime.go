package wechat

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// oneTimeGrant names the consent to one message in a scene.
func oneTimeGrant(scene int) string { return "scene:" + strconv.Itoa(scene) }

// popupList is the inner part of subscribe_msg_popup_event.
func popupList(id, status string) string {
	var b strings.Builder
	b.WriteString("<List>\n")
	writeFields(&b, []field{{"TemplateId", id}, {"SubscribeStatusString", status}, {"PopupScene", "1"}})
	b.WriteString("</List>")
	return b.String()
}

// oneTimePage is GET /mp/subscribemsg on mp.weixin.qq.com: it asks the person
// for one message and leads back.
func (p *Platform) oneTimePage(w http.ResponseWriter, r *http.Request) {
	if n, bad := p.oneTimeVisit(r, r.URL.Query()); bad != nil {
		page(w, "error", bad)
	} else {
		p.mu.Lock()
		data := map[string]any{"Account": p.account.Name, "Nickname": p.nickname(n), "Query": r.URL.Query()}
		p.mu.Unlock()
		page(w, "onetime", data)
	}
}

// oneTimeAnswer is the button pressed on that page.
func (p *Platform) oneTimeAnswer(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		page(w, "error", refusal{"无法打开", "参数错误", ""})
		return
	}
	q := r.PostForm
	n, bad := p.oneTimeVisit(r, q)
	if bad != nil {
		page(w, "error", bad)
		return
	}
	back := url.Values{"template_id": {q.Get("template_id")}, "action": {"cancel"}, "scene": {q.Get("scene")}, "reserved": {q.Get("reserved")}}
	if q.Get("answer") == "allow" {
		p.mu.Lock()
		scene, _ := strconv.Atoi(q.Get("scene"))
		m := p.people.all[n].details()
		if grant := oneTimeGrant(scene); !slices.Contains(m.Grants, grant) {
			m.Grants = append(m.Grants, grant)
		}
		p.keepPerson(n)
		back.Set("action", "confirm")
		back.Set("openid", p.codec.openid(n))
		p.mu.Unlock()
	}
	u, _ := url.Parse(q.Get("redirect_url"))
	u.RawQuery = back.Encode()
	http.Redirect(w, r, u.String(), http.StatusFound)
}

// oneTimeVisit judges the parameters and whose phone it is.
func (p *Platform) oneTimeVisit(r *http.Request, q url.Values) (uint32, *refusal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, known := p.find(r.Header.Get(phoneHeader))
	u, err := url.Parse(q.Get("redirect_url"))
	scene, bad := strconv.Atoi(q.Get("scene"))
	switch {
	case !known:
		return 0, &refusal{"请在微信客户端打开链接", "Open this link in WeChat: scan it with a phone of the sandbox, /sandbox/", ""}
	case q.Get("appid") != p.account.AppID || q.Get("template_id") != p.account.OneTimeID || !may(p.account.Settings.Kind, "/cgi-bin/message/template/subscribe"):
		return 0, &refusal{"无法打开", "appid 或 template_id 错误 · bad appid or template_id", ""}
	case bad != nil || scene < 0 || scene > maxOneTimeScene || !plainState(q.Get("reserved")):
		return 0, &refusal{"无法打开", "scene 或 reserved 错误 · bad scene or reserved", ""}
	case err != nil || !p.ownHost(u):
		return 0, &refusal{"无法打开", "redirect_url 域名与后台配置不一致 · redirect_url mismatch", "10003"}
	}
	return n, nil
}
