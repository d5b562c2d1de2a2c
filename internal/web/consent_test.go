package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/audit"
)

// stateOf opens a link and returns the state that the consent page would bring
// back.
func (w *world) stateOf(phone *browser, link string) string {
	w.t.Helper()
	u, err := url.Parse(phone.get(link).want(http.StatusFound).location)
	if err != nil {
		w.t.Fatal(err)
	}
	return u.Query().Get("state")
}

// WeChat opens the page that comes back from consent twice, sometimes at once.
func TestInvariant12TheSecondOpeningAnswersTheSamePage(t *testing.T) {
	w := start(t)
	desk, phone := w.register("desk"), w.browser()
	state := w.stateOf(phone, value(desk.get("/bind").id("bind-link"), "value"))
	back := "/wechat/oauth/callback?code=nick&state=" + state
	secrets := make([]string, 4)
	var wg sync.WaitGroup
	for i := range secrets {
		wg.Go(func() {
			a := w.browser().get(back).want(http.StatusOK)
			secrets[i] = value(a.all("input[name=confirm]")[0], "value")
		})
	}
	wg.Wait()
	for _, s := range secrets {
		if s == "" || s != secrets[0] {
			t.Fatalf("secrets %v", secrets)
		}
	}
	for _, other := range []string{"another", "nick2", ""} {
		a := phone.get("/wechat/oauth/callback?code=" + other + "&state=" + state)
		if a.status == http.StatusOK || strings.Contains(a.body, secrets[0]) {
			t.Errorf("code %q: %d", other, a.status)
		}
	}
	if strings.Contains(desk.get("/bind").body, secrets[0]) {
		t.Error("the desk can press the button of the phone")
	}
	phone.post("/bind/confirm", "confirm", secrets[0]).want(http.StatusOK)
	phone.get(back).want(http.StatusConflict) // one time
	wantDid(t, w.did(w.memberNamed("desk")), audit.Bind)
}

// The button needs what only the phone was given: whoever shows the code knows
// the link's secret, and must not be able to confirm for the other.
func TestInvariant12TheLinkAloneConfirmsNothing(t *testing.T) {
	w := start(t)
	desk, phone := w.register("desk"), w.browser()
	state := w.stateOf(phone, value(desk.get("/bind").id("bind-link"), "value"))
	phone.get("/wechat/oauth/callback?code=nick&state=" + state).want(http.StatusOK)
	for _, guess := range []string{state, "", "nick", state + "nick"} {
		if a := desk.post("/bind/confirm", "confirm", guess); a.status < 400 {
			t.Errorf("%q binds", guess)
		}
	}
}

func TestSigningOutAndANewCodeEndWhatWasShown(t *testing.T) {
	for name, end := range map[string]func(*browser){
		"sign out": func(b *browser) { b.post("/logout").want(http.StatusSeeOther) },
		"new code": func(b *browser) { b.get("/bind?new=1").want(http.StatusOK) },
	} {
		w := start(t)
		desk, early, late := w.register("desk"), w.browser(), w.browser()
		link := value(desk.get("/bind").id("bind-link"), "value")
		scanned := w.scan(early, link, "early").want(http.StatusOK)
		other := value(w.register("other").get("/bind").id("bind-link"), "value")
		end(desk)
		if a := w.press(early, scanned); a.status != http.StatusConflict {
			t.Errorf("%s: a code that was scanned still binds: %d", name, a.status)
		}
		if a := late.get(link); a.status != http.StatusConflict {
			t.Errorf("%s: the old code still opens: %d", name, a.status)
		}
		late.get(other).want(http.StatusFound)
	}
}
