package web_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/pay"
)

func TestBadInputIsAnsweredBesideTheField(t *testing.T) {
	w := start(t)
	long := strings.Repeat("字", 129)
	for _, one := range []struct{ subject, money, field, code string }{
		{"tea", "0", "money", "amount_invalid"}, {"tea", "-1", "money", "amount_invalid"},
		{"tea", "1e3", "money", "amount_invalid"}, {"tea", "12.345", "money", "amount_invalid"},
		{"tea", "100000001", "money", "amount_invalid"}, {"tea", "", "money", "amount_invalid"},
		{"tea", "abc", "money", "amount_invalid"}, {"tea", "１２", "money", "amount_invalid"},
		{"tea", "1,000", "money", "amount_invalid"}, {"tea", "NaN", "money", "amount_invalid"},
		{"", "1", "subject", "subject_invalid"}, {"  ", "1", "subject", "subject_invalid"},
		{long, "1", "subject", "subject_invalid"}, {"a\x00b", "1", "subject", "subject_invalid"},
		{"\xff\xfe", "1", "subject", "subject_invalid"},
	} {
		a := w.browser().post("/pay", "subject", one.subject, "money", one.money).want(http.StatusUnprocessableEntity)
		if a.text("error-"+one.field) == "" || a.text("error-code") != one.code {
			t.Errorf("%+v: %s", one, a.body)
		}
		field := a.all("input[name=" + one.field + "]")[0]
		if value(field, "aria-invalid") != "true" || !strings.Contains(value(field, "aria-describedby"), one.field+"-error") {
			t.Errorf("%+v: the field does not point at its error", one)
		}
	}
	a := w.browser().post("/pay", "subject", "", "money", "x").want(http.StatusUnprocessableEntity)
	if !a.has("error-subject") || !a.has("error-money") {
		t.Error("two faults, not both shown")
	}
	if all := w.orders(); len(all) != 0 {
		t.Errorf("%d orders were made of bad input", len(all))
	}
}

func TestAMegabyteIsRefused(t *testing.T) {
	w := start(t)
	for _, path := range []string{"/pay", "/login", "/register", "/bind/confirm"} {
		a := w.browser().post(path, "subject", "tea", "user", "u", "money", strings.Repeat("9", 1<<20))
		a.want(http.StatusRequestEntityTooLarge)
		if a.text("error-code") != "body_too_large" {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	r, _ := http.NewRequestWithContext(t.Context(), "POST", w.url+"/pay", io.NopCloser(strings.NewReader("money=%zz")))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	read(t, resp).want(http.StatusBadRequest)
}

func TestAFormSentTwiceMakesOneOrder(t *testing.T) {
	w := start(t)
	b := w.browser()
	ticket := value(b.get("/").all("input[name=ticket]")[0], "value")
	send := func(subject string, ticket string) string {
		return b.post("/pay", "subject", subject, "money", "28.00", "ticket", ticket).want(http.StatusSeeOther).location
	}
	first := send("tea", ticket)
	if again := send("tea", ticket); again != first {
		t.Errorf("a second press led to %s, not %s", again, first)
	}
	if other := send("coffee", ticket); other == first {
		t.Error("a changed form led to the old order")
	}
	if forged := send("tea", "AAAA"); forged == first {
		t.Error("a made-up ticket led to the order")
	}
	o, err := w.pay.Reader().Order(t.Context(), strings.TrimPrefix(first, "/pay/"))
	if err != nil || !pay.GoodNumber(o.Number) {
		t.Errorf("order %+v, %v", o, err)
	}
	if a := send("tea", o.Number); a == first {
		t.Error("the number on a receipt led to the order")
	}
}

func TestTwoPressesAtOnceMakeOneOrder(t *testing.T) {
	w := start(t)
	ticket := value(w.browser().get("/").all("input[name=ticket]")[0], "value")
	locations := make([]string, 8)
	var wg sync.WaitGroup
	for i := range locations {
		b := w.browser()
		wg.Go(func() {
			locations[i] = b.post("/pay", "subject", "tea", "money", "28.00", "ticket", ticket).location
		})
	}
	wg.Wait()
	for _, l := range locations {
		if l == "" || l != locations[0] {
			t.Errorf("led to %v", locations)
		}
	}
	if n := len(w.orders()); n != 1 {
		t.Errorf("%d orders", n)
	}
}

func TestAMembersOrderIsTheirs(t *testing.T) {
	w := start(t)
	w.browser().buy("nobody's", "1")
	b := w.register("buyer")
	b.buy("mine", "2.50")
	a := b.get("/me").want(http.StatusOK)
	if got := a.text("orders"); !strings.Contains(got, "mine") || !strings.Contains(got, "¥2.50") || strings.Contains(got, "nobody") {
		t.Errorf("orders: %s", got)
	}
}

func TestTextOfStrangersIsOnlyText(t *testing.T) {
	w := start(t)
	evil := `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	b := w.register("careful")
	pages := []answer{b.get(b.buy(evil, "1")), b.get("/me"), b.post("/pay", "subject", evil, "money", "x"),
		b.post("/login", "user", evil, "pwd", "x"), b.get("/login?next=" + url.QueryEscape("/"+evil))}
	pages = append(pages, w.browser().post("/login", "user", evil, "pwd", "x"), w.bind(b, evil), b.get("/bind"), b.get("/"), b.get("/me"))
	for i, a := range pages {
		if len(a.all("img")) > 0 || len(a.all("[onerror]")) > 0 || strings.Contains(a.body, "<script>alert") {
			t.Errorf("page %d lets markup through:\n%s", i, a.body)
		}
	}
}

// orders lists every order, whoever made it.
func (w *world) orders() []pay.Order {
	w.t.Helper()
	all, err := w.pay.Reader().Orders(w.t.Context(), pay.OrderFilter{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}
