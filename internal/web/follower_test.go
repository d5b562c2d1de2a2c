package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/web"
)

func TestFollowersAreListedFoundAndChanged(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	if !op.get("/admin/followers").has("empty") {
		t.Error("somebody follows already")
	}
	touch := func(openid string, what push.Contact) {
		t.Helper()
		if err := w.followers.Touch(t.Context(), "wechat", openid, what, w.clock.now()); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 30 {
		touch(fmt.Sprintf("o-%02d", i), push.ContactFollowed)
	}
	touch("openid-of-bound", push.ContactFollowed)
	w.clock.advance(1)
	w.bind(w.register("binder"), "bound")
	touch("o-07", push.ContactLeft)
	rows := func(path string) int { return len(op.get(path).want(http.StatusOK).all("td[class=lead-cell]")) }
	first := op.get("/admin/followers")
	if n, m := rows("/admin/followers"), rows(value(first.id("next"), "href")); n != 25 || m != 5 {
		t.Errorf("%d followers, then %d", n, m)
	}
	if a := op.get("/admin/followers?state=left"); rows("/admin/followers?state=left") != 1 || !strings.Contains(a.text("followers"), "o-07") {
		t.Error("who left is not listed")
	}
	for _, q := range []string{"openid-of-bound", "binder", w.memberNamed("binder")} {
		if a := op.get("/admin/followers?q=" + q); len(a.all("td[class=lead-cell]")) != 1 || !strings.Contains(a.text("followers"), "binder") {
			t.Errorf("%s: %s", q, a.body)
		}
	}
	page := "/admin/followers/o-01"
	op.post(page, "promotions", "0").want(http.StatusSeeOther)
	op.post(page, "promotions", "perhaps").want(http.StatusUnprocessableEntity)
	if rows("/admin/followers?state=refusing") != 1 {
		t.Error("who wants no promotions is not listed")
	}
	op.post(page, "promotions", "1").want(http.StatusSeeOther)
	op.post("/admin/followers/o-none", "promotions", "0").want(http.StatusNotFound)
	op.get("/admin/followers/o-none").want(http.StatusNotFound)
}

func TestFollowersAreReadWhenAsked(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	op.post("/admin/followers").want(http.StatusSeeOther)
	if m, err := w.followers.Mirror(t.Context(), "wechat"); err != nil || m.DueAt.After(w.clock.now()) {
		t.Errorf("%+v, %v", m, err)
	}
	if a := op.get("/admin/followers"); !strings.Contains(a.body, "http-equiv=\"refresh\"") {
		t.Error("a page without scripts does not look again while followers are read")
	}
	wantDid(t, w.did("wechat"), audit.FollowerSync)
}

func TestABindingIsFoundAndUndoneForAReason(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	w.bind(w.register("binder"), "nick")
	member, page := w.memberNamed("binder"), "/admin/bindings/wechat/openid-of-nick"
	for _, q := range []string{"", "?q=bind", "?q=openid-of-nick", "?q=" + member} {
		if a := op.get("/admin/bindings" + q).want(http.StatusOK); !strings.Contains(a.text("bindings"), "nick") {
			t.Errorf("%s: %s", q, a.body)
		}
	}
	if !op.get("/admin/bindings?q=nobody").has("empty") {
		t.Error("somebody is found where nobody is")
	}
	for _, reason := range []string{"", " ", strings.Repeat("x", 129)} {
		if a := op.post(page+"/unbind", "reason", reason).want(http.StatusUnprocessableEntity); a.text("error-reason") == "" {
			t.Errorf("%.3q is a reason", reason)
		}
	}
	op.post(page+"/unbind", "reason", "lost the phone").want(http.StatusSeeOther)
	op.post(page+"/unbind", "reason", "again").want(http.StatusNotFound)
	op.get(page).want(http.StatusNotFound)
	wantDid(t, w.did(member), audit.Unbind, audit.Bind)
	if a := w.asRole(web.Admin).get("/admin/trail?q=" + member); !strings.Contains(a.body, "lost the phone") || strings.Contains(a.body, "openid-of-nick") {
		t.Error("the trail does not tell why, or tells too much")
	}
}
