package browser_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paypush/paypush/test/harness"
)

// More than a year later what an order's page would have shown is archived,
// the page says so, and what it must never lose is still there.
func TestAnOldOrderSaysWhatIsArchived(t *testing.T) {
	dir, at := t.TempDir(), harness.FreeAddress(t)
	box, data := "http://"+at, filepath.Join(dir, "var")
	harness.Start(t, bin, "sandbox", "--listen", at, "--data", filepath.Join(dir, "box")).WaitReady(box + "/sandbox/")
	serve := func() *harness.Process {
		return harness.Start(t, bin, "serve", "--sandbox", box, "--listen", harness.FreeAddress(t), "--data", data)
	}
	server := serve()
	order := prepareConsole(t, greeted(t, data, server))
	if code, _ := server.Stop(); code != 0 {
		t.Fatalf("the server ended with %d", code)
	}
	if err := os.Remove(filepath.Join(data, "dev.json")); err != nil {
		t.Fatal(err)
	}
	harness.NewClient(box, "").Must(t, http.MethodPost, "/sandbox/clock", map[string]string{"advance": "9720h"}, nil) // 405 days
	h, desk := greeted(t, data, serve()), newBrowser(t).tab()
	desk.open(h.LoginLink)
	for _, v := range views[:2] {
		desk.as(v)
		desk.open(h.URL + "/admin/orders/" + order + "?lang=" + v.lang)
		desk.reloadUntil("read that older events are archived", id("archived"))
		if said := desk.text(id("archived")); !strings.Contains(said, map[string]string{"zh": "归档", "en": "archive"}[v.lang]) {
			t.Errorf("in %s the page says %q", v.lang, said)
		}
		desk.see(id("refunds"))
		desk.check("an old order in "+v.name, v)
	}
	desk.shoot(filepath.Join(t.ArtifactDir(), "console-order-archived.png"))
	files, err := filepath.Glob(filepath.Join(data, "archive", "notices", "*", "*.jsonl.gz"))
	if err != nil || len(files) == 0 {
		t.Errorf("archives of notices: %v, %v", files, err)
	}
}
