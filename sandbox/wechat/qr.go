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
