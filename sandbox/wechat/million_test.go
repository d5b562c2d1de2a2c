package wechat

import (
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/paypush/paypush/sandbox/world"
)

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A million followers, and a million messages of which the newest can be read,
// stay within 400 MiB and survive a restart. The log says how long it took:
// go test ./sandbox/wechat -run AMillion -v
func TestAMillionFollowers(t *testing.T) {
	const million = 1_000_000
	dir := t.TempDir()
	f := openFixture(t, dir)
	who := f.person("小明")
	f.api(templatePath, f.templateBody(who, "", nil))
	before, begun := heap(), time.Now()
	bulk := f.post("/sandbox/wechat/followers/bulk", `{"count":`+strconv.Itoa(million)+`}`)
	t.Logf("a million followers took %s", time.Since(begun))
	f.wantCode("to all of them", f.api(massAllPath, massText(`"filter":{"is_to_all":true}`, "新品上市")), 0)
	t.Logf("with a million messages %s", time.Since(begun))
	used := int64(heap()) - int64(before)
	if t.Logf("they take %d MiB", used>>20); used > 400<<20 {
		t.Errorf("more than 400 MiB")
	}
	want := truth{Delivered: million + 2, Recipients: million + 1}
	if got := f.truth(); got != want {
		t.Errorf("truth %+v", got)
	}
	last := bulk.text("last_openid")
	if list := f.get("/sandbox/wechat/followers/" + last + "/messages")["messages"].([]any); len(list) != 1 {
		t.Errorf("the newest message is not readable: %v", list)
	}
	if list := f.get("/sandbox/wechat/followers/" + who + "/messages")["messages"].([]any); len(list) != 2 {
		t.Errorf("the campaign drove messages from another phone: %v", list)
	}
	g := openFixture(t, dir)
	if got := g.truth(); got != want {
		t.Errorf("truth %+v after a restart", got)
	}
	if got := g.api("/cgi-bin/user/get?next_openid="+last, ""); got["total"] != float64(million+1) || got["count"] != float64(0) {
		t.Errorf("user/get answered %v", got)
	}
}

func BenchmarkTemplateSend(b *testing.B) {
	p, c := benchPlatform(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.sendTemplate(c); err != nil {
			b.Fatal(err)
		}
	}
}

func benchPlatform(b *testing.B) (*Platform, *call) {
	w, err := world.New(world.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { w.Close() })
	p, err := New(w, func() string { return "http://127.0.0.1" })
	if err != nil {
		b.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.people.add("小明")
	p.people.setFollows(n, true)
	body := `{"touser":"` + p.codec.openid(n) + `","template_id":"` + p.account.Templates[0].ID + `","data":{"keyword1":{"value":"1.00元"},"keyword2":{"value":"一本书"},"keyword3":{"value":"A1"}}}`
	return p, &call{body: []byte(body), now: w.Now()}
}
