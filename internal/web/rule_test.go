package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/web"
)

// happen hands an event to the rules and returns the messages that came of it.
func (w *world) happen(kind event.Type, id, data string) []push.Message {
	w.t.Helper()
	e := event.Event{ID: id, Type: kind, Object: "x", Data: []byte(data), At: w.clock.now()}
	if _, err := w.push.OnEvents(w.t.Context(), []event.Event{e}); err != nil {
		w.t.Fatal(err)
	}
	all, err := w.push.Messages(w.t.Context(), push.Filter{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func TestARuleIsWrittenTriedSwitchedAndDeleted(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	if a := op.get("/admin/new-rule?event=course.finished&template=receipt"); len(a.all("input[name=value.subject]")) != 1 {
		t.Errorf("the form does not ask for the template's values:\n%s", a.body)
	}
	page := strings.TrimSuffix(op.post("/admin/rules", "event", "course.finished", "template", "receipt", "value.subject", "course.name",
		"value.amount", "price|yuan", "link", "/c/{id}", "ways", "template").want(http.StatusSeeOther).location, "?done=rule_saved")
	data := `{"openid":"o1","id":"7","price":990,"course":{"name":"烘焙"}}`
	tried := op.get(page + "?data=" + url.QueryEscape(data)).want(http.StatusOK)
	if !tried.has("trial-who") || !strings.Contains(tried.text("card"), "烘焙") || !strings.Contains(tried.text("card"), "9.90") {
		t.Errorf("tried: %s", tried.text("trial"))
	}
	if a := op.get(page + "?data=" + url.QueryEscape(`{"course":{"name":"烘焙"}}`)); !a.has("trial-why") {
		t.Error("an event that names nobody would tell somebody")
	}
	for _, bad := range []string{"no json", "[1]", `"x"`, strings.Repeat(" ", 5000) + "{}x"} {
		if a := op.get(page + "?data=" + url.QueryEscape(bad)).want(http.StatusOK); a.text("error-data") == "" || a.has("trial") {
			t.Errorf("%.10q was tried", bad)
		}
	}
	if n := len(w.happen("course.finished", "evt_1", data)); n != 1 {
		t.Errorf("%d messages, want 1; trying sent some", n)
	}
	op.post(page+"/switch", "on", "0").want(http.StatusSeeOther)
	op.post(page+"/switch", "on", "0").want(http.StatusSeeOther)
	op.post(page+"/switch", "on", "maybe").want(http.StatusUnprocessableEntity)
	if n := len(w.happen("course.finished", "evt_2", data)); n != 1 {
		t.Error("a rule that is off answers")
	}
	op.post(page, "event", "course.finished", "template", "receipt", "value.subject", "bad path!").want(http.StatusUnprocessableEntity)
	op.post(page, "event", "course.finished", "template", "receipt", "value.subject", "=课程", "ways", "custom template").want(http.StatusSeeOther)
	op.post(page + "/delete").want(http.StatusSeeOther)
	op.get(page).want(http.StatusNotFound)
	wantDid(t, w.did(strings.TrimPrefix(page, "/admin/rules/")), audit.RuleDelete, audit.RuleChange, audit.RuleChange, audit.RuleChange, audit.RuleChange)
}

func TestABadRuleIsNotStored(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	for _, one := range [][]string{{"event", "nonsense!", "template", "receipt"}, {"event", "message.sent", "template", "receipt"},
		{"event", "course.finished", "template", "receipt", "value.subject", "a b"}, {"event", "course.finished", "template", "receipt", "ways", "mass"}} {
		a := op.post("/admin/rules", one...).want(http.StatusUnprocessableEntity)
		if !a.has("form-error") && !a.has("error-event") && !a.has("error-ways") {
			t.Errorf("%v: no error is shown", one)
		}
	}
	if a := op.get("/admin/new-rule?event=nonsense!&template=receipt").want(http.StatusUnprocessableEntity); a.text("error-event") == "" {
		t.Error("a bad event is not answered beside its field")
	}
	if n := len(op.get("/admin/rules").all("td[class=lead-cell]")); n != 1 {
		t.Errorf("%d rules, want the one of receipts", n)
	}
}
