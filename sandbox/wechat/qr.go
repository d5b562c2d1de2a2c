package wechat

import (
	"encoding/json"
	"image/jpeg"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"
)

// Bounds of parametric QR codes.
const (
	qrDefault   = 60
	qrLongest   = 2_592_000
	qrPermanent = 100_000
	maxScene    = 64
)

// qrCode is one parametric QR code. A permanent one has no end.
type qrCode struct {
	Ticket string `json:"ticket"`
	Opaque string `json:"opaque"` // the tail of its address
	Scene  string `json:"scene"`
	Number bool   `json:"number,omitempty"` // the scene was given as a number
	Until  int64  `json:"until,omitempty"`  // Unix seconds
}

// qrs are the codes by ticket and by what the picture holds.
type qrs struct {
	byTicket  map[string]*qrCode
	byOpaque  map[string]*qrCode
	order     []*qrCode // temporary ones, oldest first
	permanent int
}

func newQRs() qrs {
	return qrs{byTicket: map[string]*qrCode{}, byOpaque: map[string]*qrCode{}}
}

func qrEndpoints() []endpoint {
	return []endpoint{{path: "/cgi-bin/qrcode/create", verb: byPost, do: (*Platform).createQR}}
}

type qrReply struct {
	Ticket  string `json:"ticket"`
	Seconds int64  `json:"expire_seconds,omitempty"`
	URL     string `json:"url"`
}

// qrOrder is what /cgi-bin/qrcode/create takes.
type qrOrder struct {
	Seconds int64  `json:"expire_seconds"`
	Action  string `json:"action_name"`
	Info    struct {
		Scene struct {
			ID  json.Number `json:"scene_id"`
			Str string      `json:"scene_str"`
		} `json:"scene"`
	} `json:"action_info"`
}

// scene checks the order and answers its scene; false means a bad one.
func (o qrOrder) scene() (scene string, lasting, good bool) {
	most := uint64(1<<32 - 1)
	switch o.Action {
	case "QR_LIMIT_STR_SCENE", "QR_STR_SCENE":
		n := len([]rune(o.Info.Scene.Str))
		return o.Info.Scene.Str, o.Action == "QR_LIMIT_STR_SCENE", n >= 1 && n <= maxScene
	case "QR_LIMIT_SCENE":
		most = qrPermanent
	case "QR_SCENE":
	default:
		return "", false, false
	}
	id, err := strconv.ParseUint(o.Info.Scene.ID.String(), 10, 64)
	return strconv.FormatUint(id, 10), o.Action == "QR_LIMIT_SCENE", err == nil && id >= 1 && id <= most
}

// createQR is POST /cgi-bin/qrcode/create.
func (p *Platform) createQR(c *call) (any, error) {
	var in qrOrder
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	scene, lasting, good := in.scene()
	if !good || lasting && p.qrs.permanent >= qrPermanent {
		return nil, fail(40053)
	}
	code := &qrCode{Ticket: "gQ" + urlText(94), Opaque: urlText(20), Scene: scene, Number: !strings.HasSuffix(in.Action, "STR_SCENE")}
	reply := qrReply{Ticket: code.Ticket, URL: "http://weixin.qq.com/q/" + code.Opaque}
	if !lasting {
		reply.Seconds = min(in.Seconds, qrLongest)
		if reply.Seconds < 1 {
			reply.Seconds = qrDefault
		}
		code.Until = c.now.Unix() + reply.Seconds
	}
	p.forgetQRs(c.now)
	p.qrs.keep(code)
	p.put("qr", code.Ticket, code)
	return reply, nil
}

func (q *qrs) keep(code *qrCode) {
	q.byTicket[code.Ticket], q.byOpaque[code.Opaque] = code, code
	if code.Until == 0 {
		q.permanent++
		return
	}
	q.order = append(q.order, code)
}

// forgetQRs drops temporary codes from the front that ended a day ago.
func (p *Platform) forgetQRs(now time.Time) {
	q := &p.qrs
	for len(q.order) > 0 && q.order[0].Until < now.Add(-24*time.Hour).Unix() {
		old := q.order[0]
		delete(q.byTicket, old.Ticket)
		delete(q.byOpaque, old.Opaque)
		p.put("qr", old.Ticket, nil)
		q.order = q.order[1:]
	}
}

func (p *Platform) restoreQR(_ string, raw json.RawMessage) error {
	var code qrCode
	if err := json.Unmarshal(raw, &code); err != nil {
		return err
	}
	p.qrs.keep(&code)
	return nil
}

// showQRCode is GET /cgi-bin/showqrcode on mp.weixin.qq.com: the picture of a
// ticket, for anybody.
func (p *Platform) showQRCode(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	code := p.qrs.byTicket[r.URL.Query().Get("ticket")]
	p.mu.Unlock()
	if code == nil {
		http.NotFound(w, r)
		return
	}
	picture, err := qr.Encode("http://weixin.qq.com/q/"+code.Opaque, qr.M)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/jpg")
	jpeg.Encode(w, picture.Image(), nil) //nolint:errcheck // the reader has gone
}

// qrAddress answers what stands behind the address of a parametric code.
func qrAddress(text string) (opaque string, found bool) {
	for _, head := range []string{"http://weixin.qq.com/q/", "https://weixin.qq.com/q/", "http://mp.weixin.qq.com/q/", "https://mp.weixin.qq.com/q/"} {
		if tail, ok := strings.CutPrefix(text, head); ok {
			return tail, true
		}
	}
	return "", false
}

// followURL is what the account's own QR code holds: who scans it may follow.
func (a *account) followURL() string { return "http://weixin.qq.com/r/" + a.AppID[2:] }

// scanAccount is a person scanning the account's own code.
func (p *Platform) scanAccount(n uint32, consent bool) scanResult {
	p.mu.Lock()
	defer p.mu.Unlock()
	result := scanResult{p.account.followURL(), http.StatusOK, "已进入公众号 · entered the account"}
	if p.people.all[n].follows {
		return result
	}
	if !consent {
		result.Body = "关注公众号？ · follow the account?"
		return result
	}
	p.follow(n, "", "")
	p.people.all[n].details().Scene = "ADD_SCENE_QR_CODE"
	p.keepPerson(n)
	result.Body = "已关注 · followed"
	return result
}

// scanQR is a person scanning a parametric code: followers are told to the
// account as SCAN, others follow when they consent.
func (p *Platform) scanQR(n uint32, opaque, text string, consent bool) (scanResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	code, now := p.qrs.byOpaque[opaque], p.world.Now()
	if code == nil || code.Until != 0 && now.Unix() >= code.Until {
		return scanResult{text, http.StatusOK, "该二维码已过期 · this QR code has expired"}, nil
	}
	who := &p.people.all[n]
	if !who.follows {
		if !consent {
			return scanResult{text, http.StatusOK, "关注公众号？ · follow the account?"}, nil
		}
		p.follow(n, code.Scene, code.Ticket)
		who.details().QRNumber = code.Number
		p.keepPerson(n)
		return scanResult{text, http.StatusOK, "已关注 · followed"}, nil
	}
	m := who.details()
	m.Brief, m.Contact = window{briefCount, now.Add(briefLength).Unix()}, now.Unix()
	p.keepPerson(n)
	p.note(n, "扫描了公众号的二维码 · Scanned the account's code")
	p.push(n, eventFields("SCAN", field{"EventKey", code.Scene}, field{"Ticket", code.Ticket}))
	return scanResult{text, http.StatusOK, "已进入公众号 · entered the account"}, nil
}
