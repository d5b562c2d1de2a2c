package web_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func catalog(t *testing.T, tag string) map[string]string {
	t.Helper()
	b, err := os.ReadFile("locales/" + tag + ".json")
	if err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	if err := json.Unmarshal(b, &text); err != nil {
		t.Fatal(err)
	}
	return text
}

var (
	keyUsed = regexp.MustCompile(`\.T "([^"]+)"|\.T\("([^"]+)"\)|\.T\("([^"]+)",`)
	verb    = regexp.MustCompile(`%[a-z]`)
	han     = regexp.MustCompile(`\p{Han}`)
)

// used collects the keys that templates and code name in full.
func used(t *testing.T) map[string]string {
	t.Helper()
	files, _ := filepath.Glob("templates/*.html")
	more, _ := filepath.Glob("*.go")
	found := map[string]string{}
	for _, file := range append(files, more...) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range keyUsed.FindAllStringSubmatch(string(b), -1) {
			found[m[1]+m[2]+m[3]] = file
		}
	}
	return found
}

// Keys that are put together at run time begin with one of these.
var built = []string{"fault.", "fail.title.", "cashier.title.", "channel.", "order.status.", "message.status.", "surplus.", "good.",
	"board.", "boards.", "tile.", "done.", "kind.", "event.", "delivery.status.", "verdict.", "action.", "role.", "payment.status.", "refund.status.",
	"campaign.status.", "way.", "wishes.way.", "purpose.", "hold.", "skip.", "act.", "endpoint.state.", "overlap.", "family.",
	"report.", "param.", "keyword.", "missed.", "audience.", "followers.state.", "book.state.", "book.stage.", "difference.", "sum.", "step.", "answer."}

// Of a key that is there twice only the last one counts, so that a sentence is
// lost where two errors share a code.
func TestNoKeyIsThereTwice(t *testing.T) {
	for _, tag := range []string{"zh", "en"} {
		b, err := os.ReadFile("locales/" + tag + ".json")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^ *("(?:[^"\\]|\\.)+"):`).FindAllStringSubmatch(string(b), -1) {
			if seen[m[1]] {
				t.Errorf("%s has %s twice", tag, m[1])
			}
			seen[m[1]] = true
		}
	}
}

func TestTheCatalogsHoldTheSameKeys(t *testing.T) {
	zh, en := catalog(t, "zh"), catalog(t, "en")
	for key := range zh {
		if en[key] == "" {
			t.Errorf("en lacks %q", key)
		}
	}
	for key, text := range en {
		if zh[key] == "" {
			t.Errorf("zh lacks %q", key)
		}
		if han.MatchString(text) {
			t.Errorf("en has Chinese under %q", key)
		}
		if !slices.Equal(verb.FindAllString(text, -1), verb.FindAllString(zh[key], -1)) {
			t.Errorf("%q takes other values in each language", key)
		}
	}
}

func TestEveryKeyUsedExistsAndEveryKeyIsUsed(t *testing.T) {
	zh, named := catalog(t, "zh"), used(t)
	for key, file := range named {
		if zh[key] == "" && !slices.Contains(built, key) {
			t.Errorf("%s uses %q, which the catalogs lack", file, key)
		}
	}
	for key := range zh {
		dynamic := slices.ContainsFunc(built, func(p string) bool { return strings.HasPrefix(key, p) })
		if named[key] == "" && !dynamic {
			t.Errorf("nothing uses %q", key)
		}
	}
}

func TestEveryFaultHasASentence(t *testing.T) {
	zh, codes := catalog(t, "zh"), map[string]string{}
	for _, pkg := range []string{"pay", "push", "member", "password", "web", "provider/alipay", "channel/wechat"} {
		files, err := filepath.Glob("../" + pkg + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pkg, err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				collect(t, file, codes)
			}
		}
	}
	if len(codes) < 30 {
		t.Fatalf("only %d codes found; the search is broken", len(codes))
	}
	for code, file := range codes {
		if zh["fault."+code] == "" {
			t.Errorf("%s raises %q, for which the catalogs have no sentence", file, code)
		}
	}
}

// collect finds the code in every fault.New(kind, code, ...) and
// fault.Input(pointer, code, ...).
func collect(t *testing.T, file string, codes map[string]string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 3 {
			return true
		}
		fun, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || fun.Sel.Name != "New" && fun.Sel.Name != "Input" {
			return true
		}
		if pkg, ok := fun.X.(*ast.Ident); !ok || pkg.Name != "fault" {
			return true
		}
		if lit, ok := call.Args[1].(*ast.BasicLit); ok {
			code, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			codes[code] = file
		}
		return true
	})
}

func TestTheLanguageIsTheBrowsersUntilOneIsChosen(t *testing.T) {
	w := start(t)
	for accept, want := range map[string]string{
		"": "zh-CN", "zh-CN,zh;q=0.9": "zh-CN", "zh-TW": "zh-CN", "en-US,en;q=0.9": "en", "de,en;q=0.5": "en",
		"fr": "en", "*": "zh-CN", "not a tag;;": "zh-CN", strings.Repeat("en,", 500): "zh-CN", "en;q=0.3,zh;q=0.8": "zh-CN",
	} {
		b := w.browser()
		b.header.Set("Accept-Language", accept)
		if got := value(b.get("/").all("html")[0], "lang"); got != want {
			t.Errorf("Accept-Language %.30q gave %s, want %s", accept, got, want)
		}
	}
	b := w.browser()
	b.header.Set("Accept-Language", "zh-CN")
	link := value(b.get("/login?next=/bind").id("lang-en"), "href")
	a := b.get(link).want(http.StatusSeeOther)
	if a.location != "/login?next=%2Fbind" {
		t.Errorf("the switch led to %q", a.location)
	}
	page := b.get(a.location)
	if value(page.all("html")[0], "lang") != "en" || !page.has("lang-zh") {
		t.Error("the choice was not kept")
	}
	b.get("/?lang=zh").want(http.StatusSeeOther)
	if got := value(b.get("/").all("html")[0], "lang"); got != "zh-CN" {
		t.Errorf("switched back to %s", got)
	}
	if a := b.get("//evil.example/?lang=en"); strings.HasPrefix(a.location, "//") || strings.Contains(a.location, "://") {
		t.Errorf("the switch leads to %q", a.location)
	}
	if a := b.get("/?lang=xx").want(http.StatusSeeOther); a.header.Get("Set-Cookie") != "" {
		t.Error("a language that does not exist was kept")
	}
}
