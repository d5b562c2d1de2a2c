package web_test

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// What a person without a mouse, or without eyes, needs of every page.
func TestEveryPageHasLandmarksLabelsAndOneHeading(t *testing.T) {
	w := start(t)
	b, visitor := w.register("labels"), w.browser()
	cashier := b.buy("tea", "1")
	desk := w.register("confirms")
	confirm := w.scan(visitor, value(desk.get("/bind").id("bind-link"), "value"), "phone")
	pages := map[string]answer{"index": b.get("/"), "index of a visitor": visitor.get("/"), "login": visitor.get("/login"),
		"register": visitor.get("/register"), "me": b.get("/me"), "bind": b.get("/bind"), "cashier": b.get(cashier),
		"asking": b.get(cashier + "?from=return"), "not found": b.get("/nope"), "confirm": confirm,
		"bad form": visitor.post("/pay", "subject", "", "money", "x"), "bad sign-in": visitor.post("/login", "user", "x", "pwd", "y")}
	for name, a := range pages {
		for _, tag := range []string{"main", "header[class=top]", "h1", "footer", "title"} {
			if n := len(a.all(tag)); n != 1 {
				t.Errorf("%s: %d of %s", name, n, tag)
			}
		}
		for _, complaint := range unlabelled(a) {
			t.Errorf("%s: %s", name, complaint)
		}
	}
}

// unlabelled lists what has no name, points nowhere, or repeats an id.
func unlabelled(a answer) (complaints []string) {
	ids, labels := map[string]int{}, map[string]bool{}
	for _, n := range a.all("[id]") {
		ids[value(n, "id")]++
	}
	for _, n := range a.all("label") {
		labels[value(n, "for")] = true
	}
	for id, n := range ids {
		if n > 1 {
			complaints = append(complaints, fmt.Sprintf("id %s is there %d times", id, n))
		}
	}
	for _, n := range a.all("input") {
		_, hidden := attr(n, "hidden")
		if value(n, "type") != "hidden" && !hidden && !labels[value(n, "id")] {
			complaints = append(complaints, "no label for "+value(n, "name"))
		}
	}
	for _, refer := range []string{"aria-describedby", "aria-labelledby"} {
		for _, n := range a.all("[" + refer + "]") {
			for _, id := range strings.Fields(value(n, refer)) {
				if ids[id] == 0 {
					complaints = append(complaints, refer+" points at "+id+", which is not there")
				}
			}
		}
	}
	for _, n := range append(a.all("a"), a.all("button")...) {
		if textOf(n) == "" {
			complaints = append(complaints, "an empty "+n.Data)
		}
	}
	for _, n := range a.all("svg") {
		if value(n, "aria-hidden") != "true" {
			complaints = append(complaints, "a picture that is neither hidden nor named")
		}
	}
	return complaints
}

var (
	rootBlock = regexp.MustCompile(`:root \{([^}]*)\}`)
	variable  = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)
)

// palettes reads the light and the dark colours of the stylesheet.
func palettes(t *testing.T) map[string]map[string]string {
	t.Helper()
	b, err := os.ReadFile("static/site.css")
	if err != nil {
		t.Fatal(err)
	}
	blocks := rootBlock.FindAllStringSubmatch(string(b), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d palettes", len(blocks))
	}
	both := map[string]map[string]string{}
	for i, name := range []string{"light", "dark"} {
		both[name] = map[string]string{}
		for _, m := range variable.FindAllStringSubmatch(blocks[i][1], -1) {
			both[name][m[1]] = m[2]
		}
	}
	return both
}

// luminance and contrast are as WCAG 2.2 defines them.
func luminance(hex string) float64 {
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestColoursHaveContrastInBothPalettes(t *testing.T) {
	text := [][2]string{{"ink", "paper"}, {"ink", "sheet"}, {"ink", "wash"}, {"soft", "paper"}, {"soft", "sheet"}, {"soft", "wash"},
		{"accent", "paper"}, {"accent", "sheet"}, {"accent", "wash"}, {"on-accent", "accent"}, {"on-accent", "accent-deep"},
		{"good", "sheet"}, {"good", "good-wash"}, {"bad", "sheet"}, {"bad", "bad-wash"}}
	shapes := [][2]string{{"edge", "sheet"}, {"edge", "paper"}, {"seal", "sheet"}, {"seal", "paper"}}
	for name, p := range palettes(t) {
		for _, pair := range text {
			if c := contrast(p[pair[0]], p[pair[1]]); c < 4.5 {
				t.Errorf("%s: %s on %s has %.2f, text needs 4.5", name, pair[0], pair[1], c)
			}
		}
		for _, pair := range shapes {
			if c := contrast(p[pair[0]], p[pair[1]]); c < 3 {
				t.Errorf("%s: %s on %s has %.2f, shapes need 3", name, pair[0], pair[1], c)
			}
		}
	}
}

// A browser without scripts looks again by itself while something may happen.
func TestPendingPagesRefreshWithoutScripts(t *testing.T) {
	w := start(t)
	path := w.browser().buy("tea", "1")
	refreshing := func(a answer) bool {
		for _, n := range a.all("noscript") {
			if n.FirstChild != nil && n.FirstChild.Type == html.TextNode && strings.Contains(n.FirstChild.Data, `http-equiv="refresh"`) {
				return true
			}
		}
		return strings.Contains(a.body, `<noscript><meta http-equiv="refresh"`)
	}
	if !refreshing(w.browser().get(path)) || !refreshing(w.browser().get(path+"?from=return")) {
		t.Error("a pending order's page does not look again")
	}
	o := w.orders()[0]
	w.settle(o.Number, o.Amount)
	if refreshing(w.browser().get(path)) {
		t.Error("a receipt keeps reloading")
	}
}
