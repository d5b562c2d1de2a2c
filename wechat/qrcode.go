package wechat

import (
	"context"
	"net/url"
	"time"
	"unicode/utf8"
)

const (
	maxQRLife  = 30 * 24 * time.Hour
	maxScene   = 64
	maxLimitID = 100_000
)

// QRRequest describes a parametric QR code: whoever scans it follows the
// account, unless they do already, and a Subscribe or Scan event carries the
// scene. Scene or SceneID is given, not both.
type QRRequest struct {
	// Scene is 1 to 64 characters.
	Scene string
	// SceneID is a number, up to 100,000 for a permanent code.
	SceneID uint32
	// Life is how long a temporary code works, from a second to 30 days.
	Life time.Duration
	// Permanent makes a code that does not expire. An account has 100,000 of
	// them in all, and none can be deleted.
	Permanent bool
}

// QRCode is a parametric QR code.
type QRCode struct {
	// Ticket names the picture, see QRImageURL.
	Ticket string
	// URL is what the code holds; it can be drawn without the platform.
	URL string
	// Life is zero for a permanent code.
	Life time.Duration
}

// CreateQRCode makes a parametric QR code. The scene should be random, tied to
// a signed-in person and good for one use: a scan is no consent, since the
// code may have been sent on.
//
// It follows 生成带参数的二维码 (/cgi-bin/qrcode/create).
func (c *Client) CreateQRCode(ctx context.Context, req QRRequest) (*QRCode, error) {
	const op = "qrcode.create"
	if err := req.check(op); err != nil {
		return nil, err
	}
	var out struct {
		status
		Ticket  string `json:"ticket"`
		Seconds int64  `json:"expire_seconds"`
		URL     string `json:"url"`
	}
	// A second temporary code harms nobody; a permanent one uses up a number.
	cl := call{op: op, path: "/cgi-bin/qrcode/create", repeatable: !req.Permanent}
	if err := c.postCall(ctx, cl, req.wire(), &out); err != nil {
		return nil, err
	}
	if out.Ticket == "" {
		return nil, c.lost(cl, "", errReply)
	}
	code := &QRCode{Ticket: out.Ticket, URL: out.URL}
	if !req.Permanent {
		code.Life = time.Duration(min(out.Seconds, int64(maxQRLife/time.Second))) * time.Second
	}
	return code, nil
}

// QRImageURL is where the picture of a ticket is, a JPEG that needs no token.
func (c *Client) QRImageURL(ticket string) string {
	return c.mp.String() + "/cgi-bin/showqrcode?ticket=" + url.QueryEscape(ticket)
}

func (req QRRequest) check(op string) error {
	switch {
	case (req.Scene == "") == (req.SceneID == 0):
		return invalid(op, "give a scene or a scene id")
	case utf8.RuneCountInString(req.Scene) > maxScene:
		return invalid(op, "scene is longer than %d characters", maxScene)
	case req.Permanent && req.SceneID > maxLimitID:
		return invalid(op, "scene id of a permanent code is at most %d", maxLimitID)
	case !req.Permanent && (req.Life < time.Second || req.Life > maxQRLife):
		return invalid(op, "life must be between one second and 30 days")
	}
	return nil
}

type qrScene struct {
	ID  uint32 `json:"scene_id,omitempty"`
	Str string `json:"scene_str,omitempty"`
}

type qrRequest struct {
	Seconds int64  `json:"expire_seconds,omitempty"`
	Action  string `json:"action_name"`
	Info    struct {
		Scene qrScene `json:"scene"`
	} `json:"action_info"`
}

func (req QRRequest) wire() qrRequest {
	kind := "SCENE"
	if req.Scene != "" {
		kind = "STR_SCENE"
	}
	out := qrRequest{Action: "QR_" + kind, Seconds: int64(req.Life / time.Second)}
	if req.Permanent {
		out.Action, out.Seconds = "QR_LIMIT_"+kind, 0
	}
	out.Info.Scene = qrScene{ID: req.SceneID, Str: req.Scene}
	return out
}
