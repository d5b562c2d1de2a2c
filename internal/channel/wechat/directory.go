package wechat

import (
	"context"
	"errors"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
	client "github.com/paypush/paypush/wechat"
)

// Directory finds out who agreed on the account's consent page. It is a
// [member.Directory], and safe for any number of goroutines.
type Directory struct {
	client   *client.Client
	callback string
}

// NewDirectory makes a directory whose consent page comes back to callback.
func NewDirectory(c *client.Client, callback string) *Directory {
	return &Directory{client: c, callback: callback}
}

var _ member.Directory = (*Directory)(nil)

// AuthorizeURL asks for snsapi_userinfo, so that the person sees a page and
// agrees, and the desk can show a nickname.
func (d *Directory) AuthorizeURL(state string) (string, error) {
	u, err := d.client.AuthorizeURL(client.ScopeUserInfo, d.callback, state)
	return u, translate("wechat.AuthorizeURL", err)
}

// Identify exchanges the code and reads the profile. A profile that can't be
// read leaves the nickname empty: the openid is what counts.
func (d *Directory) Identify(ctx context.Context, code string) (member.Identity, error) {
	tok, err := d.client.ExchangeCode(ctx, code)
	if err != nil {
		return member.Identity{}, translate("wechat.Identify", err)
	}
	who := member.Identity{OpenID: tok.OpenID, UnionID: tok.UnionID, Snapshot: tok.SnapshotUser}
	if profile, err := d.client.UserInfo(ctx, tok, client.SimplifiedChinese); err == nil {
		who.Nickname = profile.Nickname
	}
	return who, nil
}

// Coder is a [Directory] of an account that may make parametric codes and whose
// events reach us. It is a [member.Coder].
type Coder struct{ *Directory }

var _ member.Coder = Coder{}

// Code makes a temporary code and answers its address, which holds nothing of
// the scene.
func (c Coder) Code(ctx context.Context, scene string, life time.Duration) (string, error) {
	code, err := c.client.CreateQRCode(ctx, client.QRRequest{Scene: scene, Life: life})
	if err != nil {
		return "", translate("wechat.Code", err)
	}
	return code.URL, nil
}

// translate gives a failed call the domain's kind.
func translate(op string, err error) error {
	var e *client.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e):
		return fault.Wrap(op, err)
	case e.Rejected():
		return fault.New(fault.Rejected, "wechat_rejected", "WeChat refused. Get a new QR code and scan again.").Because(op, err)
	case e.Unknown():
		return fault.New(fault.Unknown, "wechat_unknown", "WeChat did not answer. Get a new QR code and scan again.").Because(op, err)
	}
	return fault.New(fault.Unavailable, "wechat_unavailable", "WeChat can't be reached now. Try again in a minute.").Because(op, err)
}
