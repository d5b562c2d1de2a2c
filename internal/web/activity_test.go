package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/web"
)

// work lets the campaigns run until the test ends.
func (w *world) work() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.campaigns.Run(ctx) }()
	w.t.Cleanup(func() { stop(); <-done })
}

// until follows an activity's stream until its page says so.
func (b *browser) until(page, testid, want string) answer {
	b.w.t.Helper()
	b.get(page + "/events") // ends when the activity does
	a := b.get(page).want(http.StatusOK)
	if got := a.text(testid); got != want {
		b.w.t.Fatalf("%s is %q, want %q", testid, got, want)
	}
	return a
}

func TestAnActivityTellsEveryBoundMemberOnce(t *testing.T) {
	w := start(t)
	for _, name := range []string{"one", "two", "far-away"} {
		w.bind(w.register(name), name)
	}
	w.register("unbound")
	admin := w.asRole(web.Admin)
	page := admin.post("/admin/activities", "title", "Summer", "purpose", "service", "template", "receipt",
		"values", "subject: Summer days\namount：1.00\n").want(http.StatusSeeOther).location
	page = strings.TrimSuffix(page, "?done=drafted")
	draft := admin.get(page).want(http.StatusOK)
	if draft.text("people") != "3" || draft.text("way") == "" || !strings.Contains(draft.body, "Summer days") {
		t.Errorf("the draft shows\n%s", draft.body)
	}
	if len(w.post.sent) != 0 {
		t.Fatal("a draft was sent")
	}
	w.work()
	admin.post(page + "/start").want(http.StatusSeeOther)
	admin.post(page + "/start")
	done := admin.until(page, "sent", "2")
	if done.text("ended") != "3" || done.text("total") != "3" || !strings.Contains(done.text("rest"), "far-away") {
		t.Errorf("the end shows\n%s", done.body)
	}
	w.post.mu.Lock()
	defer w.post.mu.Unlock()
	if len(w.post.sent) != 2 {
		t.Errorf("%d people were told, want 2", len(w.post.sent))
	}
	id := strings.TrimPrefix(page, "/admin/activities/")
	wantDid(t, w.did(id), audit.ActivitySend, audit.ActivityDraft)
}

func TestABadActivityIsAnsweredBesideItsField(t *testing.T) {
	w := start(t)
	admin := w.asRole(web.Admin)
	for _, one := range []struct{ field, title, purpose, template, values, text, link string }{
		{"title", "", "service", "receipt", "", "", ""}, {"values", "t", "service", "receipt", "no colon", "", ""},
		{"text", "t", "promotion", "", "", "", ""}, {"text", "t", "service", "", "", strings.Repeat("字", 601), ""},
		{"link", "t", "promotion", "", "", "come", "ftp://x.example"}, {"template", "t", "service", "nothing", "", "", ""},
	} {
		a := admin.post("/admin/activities", "title", one.title, "purpose", one.purpose, "template", one.template, "values", one.values,
			"text", one.text, "link", one.link).want(http.StatusUnprocessableEntity)
		if len(a.all("p[id="+one.field+"-error]")) != 1 {
			t.Errorf("%+v: no error beside %s", one, one.field)
		}
	}
	if !admin.get("/admin/activities").has("empty") {
		t.Error("a bad activity was kept")
	}
}

func TestACancelledActivityIsNotSent(t *testing.T) {
	w := start(t)
	w.bind(w.register("one"), "one")
	admin := w.asRole(web.Admin)
	page := strings.TrimSuffix(admin.post("/admin/activities", "title", "t", "purpose", "service", "text", "hello").location, "?done=drafted")
	admin.post(page + "/cancel").want(http.StatusSeeOther)
	admin.post(page + "/start").want(http.StatusConflict)
	admin.post(page + "/explode").want(http.StatusNotFound)
	if a := admin.get(page); a.has("act-start") || a.has("act-cancel") {
		t.Error("a cancelled activity can be sent")
	}
}
