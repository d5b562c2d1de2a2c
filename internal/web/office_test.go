package web_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/web"
)

func TestAKeyIsShownOnceAndEnds(t *testing.T) {
	w := start(t)
	admin := w.asRole(web.Admin)
	a := admin.post("/admin/keys", "name", "shop").want(http.StatusOK)
	secret := value(a.id("secret"), "value")
	k, err := w.db.Keys().Find(t.Context(), secret)
	if err != nil || k.Name != "shop" || k.Role != member.RoleOperator {
		t.Fatalf("%+v, %v", k, err)
	}
	if again := admin.get("/admin/keys"); again.has("secret") || strings.Contains(again.body, secret) {
		t.Error("the secret is shown twice")
	}
	admin.post("/admin/keys", "name", " ").want(http.StatusUnprocessableEntity)
	admin.post("/admin/keys/" + k.ID + "/revoke").want(http.StatusSeeOther)
	admin.post("/admin/keys/" + k.ID + "/revoke").want(http.StatusNotFound)
	if _, err := w.db.Keys().Find(t.Context(), secret); err == nil {
		t.Error("a revoked key works")
	}
	wantDid(t, w.did(k.ID), audit.KeyRevoke, audit.KeyCreate)
}

func TestSomebodyNewSignsInByLinkAndSetsAPassword(t *testing.T) {
	w := start(t)
	admin := w.asRole(web.Admin)
	page := admin.post("/admin/people", "user", "newcomer", "role", "operator").want(http.StatusSeeOther).location
	page = strings.TrimSuffix(page, "?done=created")
	admin.post("/admin/people", "user", "Newcomer", "role", "operator").want(http.StatusUnprocessableEntity)
	admin.post("/admin/people", "user", "other", "role", "owner").want(http.StatusUnprocessableEntity)
	link := value(admin.post(page+"/link").want(http.StatusOK).id("sign-in-link"), "value")
	b := w.browser()
	b.post(strings.TrimPrefix(link, w.url)).want(http.StatusSeeOther)
	b.get("/admin").want(http.StatusOK)
	if a := b.get("/me"); len(a.all("input[name=old]")) != 0 {
		t.Error("an old password is asked for that was never set")
	}
	b.post("/me/password", "pwd", goodPassword).want(http.StatusSeeOther)
	b.post("/me/password", "pwd", "another password").want(http.StatusUnprocessableEntity)
	w.browser().post("/login", "user", "newcomer", "pwd", goodPassword).want(http.StatusSeeOther)
	id := strings.TrimPrefix(page, "/admin/people/")
	wantDid(t, w.did(id), audit.PasswordChange, audit.SignInLink, audit.MemberCreate)
}

func TestTheLastAdministratorStays(t *testing.T) {
	w := start(t)
	admin := w.asRole(web.Admin)
	all, err := w.db.People().Members(t.Context(), "", 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d people, %v", len(all), err)
	}
	me := "/admin/people/" + all[0].ID
	if a := admin.post(me+"/role", "role", "member").want(http.StatusConflict); !strings.Contains(a.text("form-error"), "last_admin") {
		t.Error(a.text("form-error"))
	}
	w.register("second")
	second := "/admin/people/" + w.memberNamed("second")
	admin.post(second+"/role", "role", "admin").want(http.StatusSeeOther)
	admin.post(me+"/role", "role", "operator").want(http.StatusSeeOther)
	admin.get("/admin/keys").want(http.StatusForbidden)
	wantDid(t, w.did(all[0].ID), audit.RoleChange)
	if got := admin.get("/admin/people?q=SEC").text("people"); !strings.Contains(got, "second") {
		t.Errorf("people: %s", got)
	}
}

func TestTheTrailIsShown(t *testing.T) {
	w := start(t)
	admin := w.asRole(web.Admin)
	admin.post("/admin/keys", "name", "shop")
	a := admin.get("/admin/trail").want(http.StatusOK)
	if got := a.text("trail"); !strings.Contains(got, "shop") || !strings.Contains(got, "req_") {
		t.Errorf("trail: %s", got)
	}
	if !admin.get("/admin/trail?q=nothing").has("empty") || admin.get("/admin/trail?q=member:nobody").has("trail") {
		t.Error("the search does not narrow the trail")
	}
}

func TestAMemberLeavesForGood(t *testing.T) {
	w := start(t)
	b, phone := w.register("leaver"), w.register("stays")
	o := w.paid(b, "tea", "5")
	w.bind(b, "nick")
	id, other := w.memberNamed("leaver"), w.browser()
	other.post("/login", "user", "leaver", "pwd", goodPassword).want(http.StatusSeeOther)
	if a := b.post("/me/delete", "old", "wrong").want(http.StatusUnprocessableEntity); a.text("error-old") == "" {
		t.Error("a wrong password is not answered beside its field")
	}
	if got := w.did(id); len(got) != 1 || got[0] != audit.Bind {
		t.Errorf("a failed try left %v", got)
	}
	b.post("/me/delete", "old", goodPassword).want(http.StatusOK)
	if b.get("/").has("nav-me") || other.get("/").has("nav-me") {
		t.Error("somebody is still signed in")
	}
	w.browser().post("/login", "user", "leaver", "pwd", goodPassword).want(http.StatusUnauthorized)
	if left := w.order(o.ID); left.MemberID != id {
		t.Errorf("the order changed: %+v", left)
	}
	a := w.asRole(web.Operator).get("/admin/orders/" + o.ID).want(http.StatusOK)
	if strings.Contains(a.body, "leaver") || strings.Contains(a.body, "nick") {
		t.Error("the console still knows the name")
	}
	wantDid(t, w.did(id), audit.MemberDelete, audit.Bind)
	w.bind(phone, "nick") // the WeChat is free again
}

// Whoever made the key that asked for a refund is the one who asked, and so is
// their key where they asked themselves.
func TestInvariant17AKeyIsNoSecondPerson(t *testing.T) {
	w := start(t)
	admin, other := w.asRole(web.Admin), w.asRole(web.Admin)
	key := func(b *browser) string {
		k, err := w.db.Keys().Find(t.Context(), value(b.post("/admin/keys", "name", "shop").want(http.StatusOK).id("secret"), "value"))
		if err != nil {
			t.Fatal(err)
		}
		return audit.KeyActor + k.ID
	}
	mine, second := key(admin), key(admin)
	o := w.paid(w.register("buyer"), "tea", "300")
	ask := func(by string) string {
		r, err := w.pay.Refund(t.Context(), pay.NewRefund{OrderID: o.ID, Amount: approveAbove + 1, Reason: "spilt", By: by})
		if err == nil {
			err = w.pay.PlaceRefund(t.Context(), r)
		}
		if err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	asked := ask(mine)
	if a := admin.get("/admin/refunds"); !a.has("mine") || a.has("approve") {
		t.Error("whoever made the key that asked may press approve")
	}
	admin.post("/admin/refunds/"+asked, "decision", "approve").want(http.StatusForbidden)
	if _, err := w.pay.DecideRefund(t.Context(), asked, second, true); !errors.Is(err, pay.ErrSamePerson) {
		t.Errorf("another key of the same person approved: %v", err)
	}
	other.post("/admin/refunds/"+asked, "decision", "approve").want(http.StatusSeeOther)
	if got := admin.get("/admin/keys").text("keys"); !strings.Contains(got, admin.get("/me").text("who")) {
		t.Errorf("the page does not say who made the keys: %s", got)
	}
}
