// Package phone is the sandbox's face for people: a page with phones that chat
// with the account, scan codes and open pages, beside a control room with the
// world's clock, its faults, and what the platforms did.
//
// It keeps no state and decides nothing: every button of the page makes one of
// the control calls under /sandbox/ that scripts make too.
//
// The rule that surprises: pages opened on a phone are fetched by the sandbox
// with that phone's own cookies and shown without their scripts, so that two
// phones in one desktop browser never share a session.
package phone

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/paypush/paypush/sandbox/world"
)

//go:embed static
var files embed.FS

// policy lets the page load nothing but its own files and talk to nobody but
// the sandbox.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// beat is how often an idle live stream says that it is still there.
const beat = 20 * time.Second

// gather is how long changes are gathered before the page is told.
const gather = 80 * time.Millisecond

// Page serves GET /sandbox/, its files, and the live stream that wakes it. It
// is safe for any number of goroutines.
type Page struct {
	world *world.World
}

// New makes the page of a world.
func New(w *world.World) *Page { return &Page{world: w} }

// Register mounts the page on mux, along with GET /sandbox/phone/ for its
// files and GET /sandbox/live for its live stream.
func (p *Page) Register(mux *http.ServeMux) {
	static, err := fs.Sub(files, "static")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	served := http.StripPrefix("/sandbox/phone/", http.FileServerFS(static))
	mux.HandleFunc("GET /sandbox/{$}", func(w http.ResponseWriter, r *http.Request) {
		guard(w)
		http.ServeFileFS(w, r, static, "phone.html")
	})
	mux.HandleFunc("GET /sandbox/phone/", func(w http.ResponseWriter, r *http.Request) {
		guard(w)
		served.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /sandbox/live", p.live)
}

func guard(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
}

// live is an event stream that names what has changed, "wechat" or "alipay".
// It ends with the request.
func (p *Page) live(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	chat, stopChat := p.world.Subscribe("wechat")
	defer stopChat()
	trades, stopTrades := p.world.Subscribe("alipay.trades")
	defer stopTrades()
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for event := "hello"; ; {
		if _, err := fmt.Fprintf(w, "event: %s\ndata: {}\n\n", event); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-chat:
			event = "wechat"
		case <-trades:
			event = "alipay"
		case <-ticker.C:
			event = "beat"
			continue
		}
		if !wait(r, gather) {
			return
		}
	}
}

// wait lets changes gather; false means that nobody listens any more.
func wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
