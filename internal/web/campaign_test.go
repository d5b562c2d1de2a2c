package web_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/web"
)

// work lets the campaigns run until the test ends.
func (w *world) work() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.campaigns.Run(ctx) }()
	w.t.Cleanup(func() { stop(); <-done })
}

// until follows a campaign's stream until its page says so.
func (b *browser) until(page, testid, want string) answer {
	b.w.t.Helper()
	b.get(page + "/events") // ends when the campaign does
	a := b.get(page).want(http.StatusOK)
	if got := a.text(testid); got != want {
		b.w.t.Fatalf("%s is %q, want %q\n%s", testid, got, want, a.body)
	}
	return a
}

// drafted is where a page leads once a draft is stored.
func drafted(a answer) string {
	a.t.Helper()
	return strings.TrimSuffix(a.want(http.StatusSeeOther).location, "?done=drafted")
}

func TestACampaignTellsEveryBoundMemberOnce(t *testing.T) {
	w := start(t)
	for _, name := range []string{"one", "two", "far-away"} {
		w.bind(w.register(name), name)
	}
	w.register("unbound")
	op := w.asRole(web.Operator)
	page := drafted(op.post("/admin/campaigns", "title", "Summer", "kind", "service", "template", "receipt", "audience", "members",
		"value.subject", "Summer days", "value.amount", "1.00", "ways", "template custom", "start", "hand"))
	draft := op.get(page).want(http.StatusOK)
	if draft.text("people") != "3" || !draft.has("split") || draft.text("forecast") == "" || !strings.Contains(draft.body, "Summer days") {
		t.Errorf("the draft shows\n%s", draft.body)
	}
	if len(w.post.sent) != 0 {
		t.Fatal("a draft was sent")
	}
	w.work()
	op.post(page + "/start").want(http.StatusSeeOther)
	op.post(page + "/start")
	done := op.until(page, "sent", "2")
	if done.text("ended") != "3" || done.text("total") != "3" || !strings.Contains(done.text("rest"), "far-away") {
		t.Errorf("the end shows\n%s", done.body)
	}
	w.post.mu.Lock()
	defer w.post.mu.Unlock()
	if len(w.post.sent) != 2 {
		t.Errorf("%d people were told, want 2", len(w.post.sent))
	}
	wantDid(t, w.did(strings.TrimPrefix(page, "/admin/campaigns/")), audit.ActivitySend, audit.ActivityDraft)
}

func TestABadCampaignIsAnsweredBesideEveryFieldAtOnce(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	a := op.post("/admin/campaigns", "title", "", "kind", "promotion", "audience", "tag", "tag", "", "text", "come", "link", "ftp://x.example",
		"rate", "-1", "quiet_from", "25:00", "quiet_to", "08:00", "gap", "99999", "cap", "3", "start", "later", "start_at", "soon").want(http.StatusUnprocessableEntity)
	for _, field := range []string{"title", "tag", "link", "rate", "quiet_from", "gap", "cap", "start_at"} {
		if a.text("error-"+field) == "" {
			t.Errorf("no error beside %s", field)
		}
	}
	for _, one := range []struct{ field, kind, template, text string }{
		{"text", "promotion", "", ""}, {"text", "service", "", strings.Repeat("字", 601)},
	} {
		a := op.post("/admin/campaigns", "title", "t", "kind", one.kind, "template", one.template, "text", one.text, "audience", "members").
			want(http.StatusUnprocessableEntity)
		if a.text("error-"+one.field) == "" {
			t.Errorf("%+v: no error beside %s", one, one.field)
		}
	}
	op.post("/admin/campaigns", "title", "t", "kind", "service", "template", "nothing", "audience", "members").want(http.StatusNotFound)
	op.get("/admin/new-campaign?kind=service&template=nothing").want(http.StatusNotFound)
	if !op.get("/admin/campaigns").has("empty") {
		t.Error("a bad campaign was kept")
	}
}

func TestACancelledCampaignIsNotSent(t *testing.T) {
	w := start(t)
	w.bind(w.register("one"), "one")
	op := w.asRole(web.Operator)
	page := drafted(op.post("/admin/campaigns", "title", "t", "kind", "service", "text", "hello", "audience", "members"))
	op.post(page + "/cancel").want(http.StatusSeeOther)
	op.post(page + "/start").want(http.StatusConflict)
	op.post(page + "/explode").want(http.StatusNotFound)
	if a := op.get(page); a.has("act-start") || a.has("act-cancel") {
		t.Error("a cancelled campaign can be sent")
	}
}

func TestACampaignIsPlannedForATime(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	page := drafted(op.post("/admin/campaigns", "title", "t", "kind", "promotion", "text", "come", "audience", "all_followers", "start", "later",
		"start_at", "2026-03-05T10:30", "if_missed", "cancel", "quiet_from", "21:00", "quiet_to", "09:00", "gap", "48", "cap", "3", "cap_days", "14", "rate", "7"))
	c, err := w.campaigns.Campaign(t.Context(), strings.TrimPrefix(page, "/admin/campaigns/"))
	if err != nil || c.StartAt.Format("2006-01-02 15:04") != "2026-03-05 02:30" || c.IfMissed != push.MissedCancel || c.Rate != 7 ||
		c.Quiet != (push.Quiet{From: 21 * 60, To: 9 * 60}) || c.Gap.Hours() != 48 || c.Cap != (push.Cap{Most: 3, Days: 14}) {
		t.Errorf("%+v, %v", c, err)
	}
	if got := op.get(page).text("cap"); !strings.Contains(got, "3") || !strings.Contains(got, "14") {
		t.Errorf("the cap reads %q", got)
	}
	a := op.post(page + "/start").want(http.StatusSeeOther)
	if !strings.HasSuffix(a.location, "done=scheduled") || !op.get(page).has("act-start") {
		t.Errorf("planned: %s", a.location)
	}
}

// A draft is changed in the form that it was written in, everything that was
// in it shown; after the start there is nothing to change.
func TestADraftIsEditedOnItsPage(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	page := drafted(op.post("/admin/campaigns", "title", "t", "kind", "promotion", "text", "come", "audience", "openids", "openids", "o-1\no-2", "start", "later",
		"start_at", "2026-03-05T10:30", "if_missed", "cancel", "quiet_from", "21:00", "quiet_to", "09:00", "gap", "48", "cap", "3", "cap_days", "14", "rate", "7"))
	form := op.get(value(op.get(page).id("edit"), "href")).want(http.StatusOK)
	for _, want := range []string{`value="2026-03-05T10:30"`, `value="21:00"`, `value="48"`, `value="14"`, `value="7"`, ">come<", `action="` + page + `/edit"`} {
		if !strings.Contains(form.body, want) {
			t.Errorf("the form lacks %s", want)
		}
	}
	if !form.has("list-stays") {
		t.Error("nothing is said about the list")
	}
	edit := []string{"title", "better", "kind", "promotion", "text", "come all", "audience", "openids", "gap", "24"}
	op.post(page+"/edit", edit...).want(http.StatusSeeOther)
	c, err := w.campaigns.Campaign(t.Context(), strings.TrimPrefix(page, "/admin/campaigns/"))
	if err != nil || c.Title != "better" || c.Text != "come all" || !c.StartAt.IsZero() || c.Rate != 0 || c.Cap != (push.Cap{}) {
		t.Errorf("%+v, %v", c, err)
	}
	if people := op.get(page).text("people"); people != "2" {
		t.Errorf("%s people: the list did not stay", people)
	}
	a := op.post(page+"/edit", "title", "", "kind", "promotion", "text", "x", "audience", "openids", "openids", "not an openid").want(http.StatusUnprocessableEntity)
	if a.text("error-title") == "" || !a.has("bad-lines") || !strings.Contains(a.body, page+"/edit") {
		t.Errorf("faults: %s", a.body)
	}
	op.post(page + "/start").want(http.StatusSeeOther)
	op.get(page + "/edit").want(http.StatusConflict)
	op.post(page+"/edit", edit...).want(http.StatusConflict)
	op.get("/admin/campaigns/cmp_none/edit").want(http.StatusNotFound)
	wantDid(t, w.did(strings.TrimPrefix(page, "/admin/campaigns/")), audit.ActivitySend, audit.ActivityChange, audit.ActivityDraft)
}

// upload posts a campaign with a list as a file.
func (b *browser) upload(list string) answer {
	b.w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for k, v := range map[string]string{"title": "list", "kind": "service", "text": "hello", "audience": "openids"} {
		_ = form.WriteField(k, v)
	}
	file, err := form.CreateFormFile("file", "people.csv")
	if err != nil {
		b.w.t.Fatal(err)
	}
	_, _ = file.Write([]byte(list))
	_ = form.Close()
	r, err := http.NewRequest(http.MethodPost, b.w.url+"/admin/campaigns", &body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := b.client.Do(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return read(b.w.t, resp)
}

func TestAListIsCheckedLineByLine(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	page := drafted(op.upload("\xef\xbb\xbfopenid,name\r\no1,小明\r\n\"o2\",小红\r\n\r\no1,again\r\n"))
	if got := op.get(page).text("people"); got != "2" {
		t.Errorf("%s people, want 2", got)
	}
	var bad strings.Builder
	bad.WriteString("o1\n")
	for i := range 30 {
		fmt.Fprintf(&bad, "不是 %d\n", i)
	}
	a := op.upload(bad.String()).want(http.StatusUnprocessableEntity)
	lines := a.text("bad-lines")
	if !strings.Contains(lines, "不是 0") || !strings.Contains(lines, "不是 19") || strings.Contains(lines, "不是 20") || !strings.Contains(lines, "10") {
		t.Errorf("bad lines: %s", lines)
	}
	op.upload("").want(http.StatusUnprocessableEntity)
	op.upload("<script>alert(1)</script>,x\n").want(http.StatusSeeOther) // it is no openid of anybody, and only text to us
	op.upload(strings.Repeat("x", 9<<20)).want(http.StatusRequestEntityTooLarge)
	if n := len(op.get("/admin/campaigns").all("td[class=lead-cell]")); n != 2 {
		t.Errorf("%d campaigns were kept, want 2", n)
	}
}

func TestWhatBecameOfEachIsSearchedAndExported(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	page := drafted(op.post("/admin/campaigns", "title", "t", "kind", "service", "template", "receipt", "audience", "openids",
		"openids", "o-one\n=cmd|far\n+far2\n", "ways", "template"))
	w.work()
	op.post(page + "/start").want(http.StatusSeeOther)
	op.until(page, "sent", "1")
	if a := op.get(page + "/people"); len(a.all("td[class=lead-cell]")) != 3 {
		t.Errorf("people:\n%s", a.body)
	}
	if a := op.get(page + "/people?status=skipped&code=43004"); strings.Contains(a.text("people"), "o-one") || !strings.Contains(a.text("people"), "+far2") {
		t.Errorf("skipped: %s", a.text("people"))
	}
	if a := op.get(page + "/people?openid=o-one"); len(a.all("td[class=lead-cell]")) != 1 {
		t.Error("one openid is not found")
	}
	if !op.get(page + "/people?status=failed").has("empty") {
		t.Error("nobody failed")
	}
	a := op.get(page + "/people.csv").want(http.StatusOK)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 4 || !strings.Contains(a.header.Get("Content-Disposition"), ".csv") {
		t.Fatalf("%d rows, %v\n%s", len(rows), err, a.body)
	}
	for _, row := range rows {
		for _, c := range row {
			if c != "" && strings.ContainsAny(c[:1], "=+-@\t\r") {
				t.Errorf("a spreadsheet would run %q", c)
			}
		}
	}
	if a := op.get(page + "/people.csv?status=sent"); strings.Count(a.body, "\n") != 2 {
		t.Errorf("the search does not narrow the export:\n%s", a.body)
	}
}

func TestACampaignIsShownToOneselfFirst(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	page := drafted(op.post("/admin/campaigns", "title", "t", "kind", "service", "template", "receipt", "audience", "members", "value.subject", "mine"))
	if op.get(page).has("test") {
		t.Error("who has no WeChat bound is offered a test")
	}
	op.post(page + "/test").want(http.StatusConflict)
	w.bind(op, "me")
	a := op.post(page + "/test").want(http.StatusSeeOther)
	m, err := w.push.Message(t.Context(), strings.TrimSuffix(strings.TrimPrefix(a.location, "/admin/messages/"), "?done=test"))
	if err != nil || m.Recipient != "openid-of-me" || m.Values["subject"] != "mine" {
		t.Errorf("%+v, %v", m, err)
	}
	if n, err := w.campaigns.Counts(t.Context(), push.Campaign{ID: m.ID}); err != nil || n.Total != 0 {
		t.Errorf("the test is counted: %+v, %v", n, err)
	}
	wantDid(t, w.did(strings.TrimPrefix(page, "/admin/campaigns/")), audit.ActivityTry, audit.ActivityDraft)
}
