package wechat

import (
	"slices"
	"strings"
)

// The kinds of account; what each may do differs.
const (
	kindService         = "service"
	kindServicePlain    = "service_unverified"
	kindSubscription    = "subscription"
	kindSubscriptionRaw = "subscription_unverified"
	kindTest            = "test"
	kindMini            = "mini_program"
)

func kinds() []string {
	return []string{kindService, kindServicePlain, kindSubscription, kindSubscriptionRaw, kindTest, kindMini}
}

// group puts a path of the API into the group of rights it belongs to; paths
// without a group are open to every kind.
func group(path string) string {
	for _, g := range []struct{ prefix, name string }{
		{"/cgi-bin/message/custom/business/", "mini"},
		{"/cgi-bin/message/subscribe/send", "mini"},
		{"/cgi-bin/message/wxopen/", "gone"},
		{"/cgi-bin/message/custom/", "custom"},
		{"/customservice/", "kf"},
		{"/cgi-bin/customservice/", "kf"},
		{"/cgi-bin/message/template/subscribe", "onetime"},
		{"/cgi-bin/message/template/", "template"},
		{"/cgi-bin/message/subscribe/", "notice"},
		{"/wxaapi/newtmpl/", "library"},
		{"/cgi-bin/template/", "template"},
		{"/cgi-bin/message/mass/", "mass"},
		{"/cgi-bin/menu/", "menu"},
		{"/cgi-bin/qrcode/", "qr"},
		{"/cgi-bin/user/", "users"},
		{"/cgi-bin/tags/", "users"},
		{"/cgi-bin/ticket/", "js"},
	} {
		if strings.HasPrefix(path, g.prefix) {
			return g.name
		}
	}
	return ""
}

// may tells whether an account of this kind has the right to a path.
func may(kind, path string) bool {
	g := group(path)
	if g == "" || g == "gone" {
		return true
	}
	switch kind {
	case kindService:
		return g != "mini"
	case kindMini:
		return slices.Contains([]string{"custom", "kf", "mini", "library"}, g)
	case kindSubscription:
		return slices.Contains([]string{"custom", "kf", "onetime", "mass", "menu", "users", "js"}, g)
	case kindTest:
		return slices.Contains([]string{"custom", "kf", "template", "menu", "qr", "users", "js"}, g)
	case kindServicePlain:
		return g == "menu"
	}
	return false
}

// mayLogIn tells which kinds have web login.
func mayLogIn(kind string) bool { return kind == kindService || kind == kindTest }
