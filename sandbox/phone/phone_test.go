package phone

import (
	"bufio"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paypush/paypush/sandbox/world"
	"golang.org/x/net/html"
)

func serve(t *testing.T) (string, *world.World) {
	t.Helper()
	w, err := world.New(world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	New(w).Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(func() { server.Close(); w.Close() })
	return server.URL, w
}

func fetch(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func TestPageLoadsNothingFromElsewhere(t *testing.T) {
	base, _ := serve(t)
	resp, body := fetch(t, base+"/sandbox/")
	if resp.StatusCode != http.StatusOK || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "script-src 'self'") {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if (n.Data == "script" || n.Data == "style") && n.FirstChild != nil {
			t.Errorf("an inline %s would be refused by the policy", n.Data)
		}
		for _, a := range n.Attr {
			switch {
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("id %s stands twice", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
				t.Errorf("<%s %s> would be refused by the policy", n.Data, a.Key)
			case a.Key == "src" || a.Key == "href":
				if got, _ := fetch(t, base+a.Val); !strings.HasPrefix(a.Val, "/sandbox/phone/") || got.StatusCode != http.StatusOK {
					t.Errorf("%s answers %d", a.Val, got.StatusCode)
				}
			}
		}
	}
}

func TestFilesNameNoOtherSite(t *testing.T) {
	err := fs.WalkDir(files, "static", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(path)
		for _, bad := range []string{"url(http", "import(\"http", "from \"http", "src=\"http", "innerHTML"} {
			if strings.Contains(string(b), bad) {
				t.Errorf("%s holds %s", path, bad)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLiveStreamTellsWhatChanged(t *testing.T) {
	base, w := serve(t)
	resp, err := http.Get(base + "/sandbox/live")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("type %s", kind)
	}
	lines := bufio.NewScanner(resp.Body)
	next := func() string {
		for lines.Scan() {
			if name, found := strings.CutPrefix(lines.Text(), "event: "); found {
				return name
			}
		}
		t.Fatal("the stream ended")
		return ""
	}
	if got := next(); got != "hello" {
		t.Errorf("began with %s", got)
	}
	for topic, want := range map[string]string{"wechat": "wechat", "alipay.trades": "alipay"} {
		w.Publish(topic)
		if got := next(); got != want {
			t.Errorf("%s was told as %s", topic, got)
		}
	}
}
