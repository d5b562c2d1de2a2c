package web

import (
	"net/http"
	"slices"
)

// form is how a route answers, which decides how it refuses.
type form int

const (
	page     form = iota // HTML
	data                 // JSON, problems as RFC 9457
	qrAnswer             // {"code","data"} or {"code","msg"}
	stream               // text/event-stream
)

// handler serves a request and returns what went wrong before it has written
// anything.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one row of the table of routes.
type route struct {
	Method, Path string
	Role         Role
	form         form
	handle       handler
	off          bool // not served as the site is configured
}

// table is every route of the site, whether or not it is switched on.
func (s *Site) table() []route {
	demo, bind := !s.Demo, s.WeChat == ""
	wishes := bind || s.Wishes == nil
	return slices.Concat(s.consoleTable(), s.verifyRoutes(), []route{
		{"GET", "/{$}", Visitor, page, s.index, false},
		{"POST", "/pay", Visitor, page, s.buy, demo},
		{"GET", "/pay", Visitor, page, s.toIndex, demo},
		{"GET", "/pay/{order}", Visitor, page, s.cashier, false},
		{"GET", "/pay/{order}/status", Visitor, data, s.payStatus, false},
		{"GET", "/pay/{order}/events", Visitor, stream, s.payEvents, false},
		{"GET", "/return/{account}", Visitor, page, s.returned, false},

		{"GET", "/register", Visitor, page, s.registerForm, demo},
		{"POST", "/register", Visitor, page, s.register, demo},
		{"GET", "/login", Visitor, page, s.loginForm, false},
		{"POST", "/login", Visitor, page, s.login, false},
		{"POST", "/logout", Visitor, page, s.logout, false},
		{"GET", "/sign-in/{secret}", Visitor, page, s.signInLink, s.SignIn == nil},
		{"POST", "/sign-in/{secret}", Visitor, page, s.redeem, s.SignIn == nil},
		{"GET", "/me", Member, page, s.me, false},
		{"GET", "/me/password", Member, page, s.toMe, false},
		{"POST", "/me/password", Member, page, s.changePassword, false},
		{"GET", "/me/delete", Member, page, s.leaveForm, false},
		{"POST", "/me/delete", Member, page, s.leave, false},

		{"GET", "/me/preferences", Member, page, s.wishes, wishes},
		{"POST", "/me/preferences", Member, page, s.wish, wishes},
		{"POST", "/me/unsubscribe", Member, page, s.unsubscribe, wishes},

		{"GET", "/bind", Member, page, s.bindPage, bind},
		{"GET", pathLink, Member, page, s.bindPage, bind},
		{"GET", pathCode, Member, page, s.bindPage, bind || !s.Members.CanCode(s.WeChat)},
		{"GET", "/bind/qrcode", Member, qrAnswer, s.bindCode, bind},
		{"GET", "/bind/status", Member, data, s.bindStatus, bind},
		{"GET", "/bind/events", Member, stream, s.bindEvents, bind},
		{"POST", "/bind/undo", Member, page, s.unbind, bind},

		{"GET", "/b/{secret}", Visitor, page, s.openLink, bind},
		{"GET", "/wechat/oauth/callback", Visitor, page, s.consented, bind},
		{"POST", "/bind/confirm", Visitor, page, s.confirm, bind},
	})
}

// routes is the part of the table that is switched on.
func (s *Site) routes() []route {
	var on []route
	for _, r := range s.table() {
		if !r.off {
			on = append(on, r)
		}
	}
	return on
}

// Route is a route as the table of routes states it.
type Route struct {
	Method, Path string // as [http.ServeMux] writes them
	Role         Role   // the least that may use it
}

// Routes lists the routes that are switched on with the role that each needs.
func (s *Site) Routes() []Route {
	var all []Route
	for _, r := range s.routes() {
		all = append(all, Route{r.Method, r.Path, r.Role})
	}
	return all
}
