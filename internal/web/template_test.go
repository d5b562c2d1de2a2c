package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/web"
)

func TestAnAccountsTemplateIsMappedAndLookedAt(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	if a := op.get("/admin/new-template").want(http.StatusOK); !strings.Contains(a.body, "活动开始提醒") {
		t.Error("the account's templates are not offered")
	}
	form := op.get("/admin/new-template?id=T-activity").want(http.StatusOK)
	if sample := form.all("input[name=sample.thing1]"); len(sample) != 1 || value(sample[0], "value") != "新品体验" {
		t.Errorf("the platform's example is not taken:\n%s", form.body)
	}
	fields := func(sample string) []string {
		return []string{"name", "activity", "id", "T-activity", "title", "活动开始提醒", "keyword", "thing1", "keyword", "time2",
			"label.thing1", "活动名称", "label.time2", "开始时间", "source.thing1", "name", "type.thing1", "text", "sample.thing1", sample,
			"source.time2", "begins", "type.time2", "time", "sample.time2", "2026-03-01T01:30:00Z", "zh", "{name} 将于 {begins} 开始", "en", "{name} begins at {begins}"}
	}
	bad := op.post("/admin/templates", fields(strings.Repeat("长", 21))...).want(http.StatusUnprocessableEntity)
	if !strings.Contains(bad.text("form-error"), "sample_refused") || value(bad.all("input[name=source.thing1]")[0], "value") != "name" {
		t.Errorf("a sample that the platform would refuse: %s", bad.text("form-error"))
	}
	op.post("/admin/templates", fields("品茶会")...).want(http.StatusSeeOther)
	page := "/admin/templates/activity"
	a := op.get(page).want(http.StatusOK)
	if n := len(a.all("[data-testid=card]")); n != 2 || strings.Count(a.body, "品茶会") < 4 || !strings.Contains(a.body, "2026-03-01 09:30:00") ||
		!strings.Contains(a.body, "品茶会 begins at 2026-03-01 09:30:00") {
		t.Errorf("%d cards:\n%s", n, a.body)
	}
	if a := op.get(page + "?value.name=" + url.QueryEscape(strings.Repeat("长", 21))); !a.has("fault") {
		t.Error("what the platform would refuse is not told")
	}
	next := op.get("/admin/new-template?from=activity").want(http.StatusOK)
	if got := value(next.all("input[name=source.time2]")[0], "value"); got != "begins" {
		t.Errorf("the next version begins with %q", got)
	}
	op.post("/admin/templates", append(fields("品酒会"), "from", "activity")...).want(http.StatusSeeOther)
	if first := op.get(page + "?version=1"); !strings.Contains(first.body, "品茶会") || strings.Contains(op.get(page).body, "品茶会") {
		t.Error("a version changed")
	}
	op.get(page + "?version=9").want(http.StatusNotFound)
	op.get("/admin/templates/none").want(http.StatusNotFound)
	wantDid(t, w.did("activity"), audit.TemplateSave, audit.TemplateSave)
}

// A template of words alone gives its values types, too, and its next version
// begins with them.
func TestATemplateOfWordsHasTypedValues(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	if a := op.get("/admin/new-template?id=-").want(http.StatusOK); len(a.all("input[name=value]")) != 4 {
		t.Errorf("no rows for values:\n%s", a.body)
	}
	fields := func(kind, sample string) []string {
		return []string{"name", "words", "id", "", "zh", "退款{sum}元，给{who}", "en", "{sum} yuan back to {who}",
			"value", "sum", "value_type", kind, "value_sample", sample, "value", "who", "value_type", "text", "value_sample", "", "value", "", "value_type", "text", "value_sample", ""}
	}
	bad := op.post("/admin/templates", fields("gold", "990")...).want(http.StatusUnprocessableEntity)
	if got := bad.all("input[name=value]"); len(got) != 3 || value(got[0], "value") != "sum" {
		t.Errorf("the rows are lost:\n%s", bad.body)
	}
	op.post("/admin/templates", fields("money", "990")...).want(http.StatusUnprocessableEntity) // the sample lacks who
	op.post("/admin/templates", fields("money", "")...).want(http.StatusSeeOther)
	saved, err := w.push.Template(t.Context(), "words")
	if err != nil || saved.Params["sum"] != push.ParamMoney || saved.Params["who"] != push.ParamText || len(saved.Layouts) != 0 {
		t.Errorf("%+v, %v", saved, err)
	}
	next := op.get("/admin/new-template?from=words").want(http.StatusOK)
	if got := next.all("input[name=value]"); len(got) != 6 || value(got[0], "value") != "sum" {
		t.Errorf("the next version begins with\n%s", next.body)
	}
}

func TestATemplateIsShownToOneself(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	op.post("/admin/templates/receipt/test", "value.subject", "tea").want(http.StatusConflict)
	w.bind(op, "me")
	a := op.post("/admin/templates/receipt/test", "value.subject", "tea").want(http.StatusSeeOther)
	m, err := w.push.Message(t.Context(), strings.TrimSuffix(strings.TrimPrefix(a.location, "/admin/messages/"), "?done=test"))
	if err != nil || m.Recipient != "openid-of-me" || m.Values["subject"] != "tea" {
		t.Errorf("%+v, %v", m, err)
	}
	wantDid(t, w.did("receipt"), audit.MessageTest)
}

func TestAMessageIsFoundExplainedAndSentAgain(t *testing.T) {
	w := start(t)
	w.bind(w.register("tester"), "far-tester")
	op, member := w.asRole(web.Operator), w.memberNamed("tester")
	place := func(to push.To) push.Message {
		t.Helper()
		m, err := w.push.Draft(t.Context(), push.NewMessage{To: to, Template: "receipt", Values: map[string]string{"subject": "tea"}})
		if err == nil {
			_, err = w.push.Place(t.Context(), m)
		}
		if err == nil {
			_, err = w.push.Deliver(t.Context(), m.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	sent, skipped := place(push.To{OpenID: "o-near"}), place(push.To{MemberID: member})
	for _, q := range []string{skipped.ID, member, "tester", "openid-of-far-tester"} {
		if a := op.get("/admin/messages?q=" + q); len(a.all("td[class=lead-cell]")) != 1 || !strings.Contains(a.text("messages"), "far-tester") {
			t.Errorf("%s: %s", q, a.body)
		}
	}
	for _, q := range []string{"?status=skipped", "?from=2026-03-04&status=sent", "?q=nobody"} {
		if n := len(op.get("/admin/messages" + q).all("td[class=lead-cell]")); n > 1 {
			t.Errorf("%s: %d messages", q, n)
		}
	}
	if a := op.get("/admin/messages?from=yesterday").want(http.StatusUnprocessableEntity); a.text("error-from") == "" {
		t.Error("a bad day is not answered beside its field")
	}
	page := "/admin/messages/" + skipped.ID
	a := op.get(page).want(http.StatusOK)
	if a.text("code") != "43004" || !a.has("timeline") || !a.has("again") || !strings.Contains(a.text("card"), "tea") {
		t.Errorf("shown:\n%s", a.body)
	}
	if op.get("/admin/messages/" + sent.ID).has("again") {
		t.Error("what arrived may be sent again")
	}
	op.post("/admin/messages/" + sent.ID + "/again").want(http.StatusConflict)
	first, second := op.post(page+"/again").want(http.StatusSeeOther), op.post(page+"/again").want(http.StatusSeeOther)
	if first.location != second.location || strings.Contains(first.location, skipped.ID) {
		t.Errorf("%s, then %s", first.location, second.location)
	}
	op.get("/admin/messages/msg_none").want(http.StatusNotFound)
	if got := w.did(skipped.ID); len(got) == 0 || got[0] != audit.MessageAgain {
		t.Errorf("trail %v", got)
	}
}
