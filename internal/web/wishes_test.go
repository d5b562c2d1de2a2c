package web_test

import (
	"net/http"
	"testing"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/push"
)

func (w *world) wishesOf(openid string) push.Preferences {
	w.t.Helper()
	f, err := w.followers.Follower(w.t.Context(), "wechat", openid)
	if err != nil {
		w.t.Fatal(err)
	}
	return f.Preferences
}

func TestMemberChoosesWhatTheyAreTold(t *testing.T) {
	w := start(t)
	b := w.register("chooser")
	if !b.get("/me").has("to-wishes") {
		t.Error("/me leads to no choice")
	}
	if a := b.get("/me/preferences").want(http.StatusOK); !a.has("wishes-unbound") || a.has("wishes-form") {
		t.Error("somebody without a bound WeChat chooses")
	}
	b.post("/me/unsubscribe").want(http.StatusNotFound)

	w.bind(b, "chooser")
	if a := b.get("/me/preferences"); !a.has("wishes-form") || !a.has("unsubscribe") || len(a.all("input[checked]")) != 6 {
		t.Errorf("at first everything is wanted: %s", a.body)
	}
	b.post("/me/preferences", "notices", "1", "promotions", "1", "way", "custom").want(http.StatusSeeOther)
	if p := w.wishesOf("openid-of-chooser"); p.NoNotices || p.NoPromotions || len(p.Without) != 2 || p.Without[0] != push.WayTemplate || p.Without[1] != push.WayMass {
		t.Errorf("kept %+v", p)
	}
	b.post("/me/unsubscribe").want(http.StatusSeeOther)
	if p := w.wishesOf("openid-of-chooser"); !p.NoPromotions || p.NoNotices || len(p.Without) != 2 {
		t.Errorf("after one click %+v", p)
	}
	if a := b.get("/me/preferences?saved=1"); !a.has("unsubscribed") || a.has("unsubscribe") || !a.has("wishes-saved") {
		t.Error("the page does not say so")
	}
	b.post("/me/preferences").want(http.StatusSeeOther)
	if p := w.wishesOf("openid-of-chooser"); !p.NoNotices || !p.NoPromotions || len(p.Without) != 3 {
		t.Errorf("with nothing ticked %+v", p)
	}
	b.post("/me/preferences", "notices", "1", "way", "template", "way", "smoke").want(http.StatusSeeOther)
	if p := w.wishesOf("openid-of-chooser"); p.NoNotices || len(p.Without) != 2 {
		t.Errorf("with a way that is none %+v", p)
	}
	wantDid(t, w.did(w.memberNamed("chooser"))[:4], audit.FollowerChange, audit.FollowerChange, audit.FollowerChange, audit.FollowerChange)
}

// Nobody chooses for another, and no other site for them.
func TestOnlyTheMemberChooses(t *testing.T) {
	w := start(t)
	mine, other := w.register("mine"), w.register("other")
	w.bind(mine, "mine")
	w.bind(other, "other")
	mine.header.Set("Sec-Fetch-Site", "cross-site")
	mine.post("/me/unsubscribe").want(http.StatusForbidden)
	other.post("/me/unsubscribe", "openid", "openid-of-mine").want(http.StatusSeeOther)
	if _, err := w.followers.Follower(t.Context(), "wechat", "openid-of-mine"); err == nil {
		t.Error("somebody else's wishes changed")
	}
}
