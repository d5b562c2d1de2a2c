package alipay

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"rsc.io/qr"
)

//go:embed templates static
var files embed.FS

// pages draws what a payer sees.
type pages struct {
	template *template.Template
}

func newPages() (*pages, error) {
	tmpl, err := template.ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	return &pages{template: tmpl}, nil
}

// cashierView is what the cashier page shows.
type cashierView struct {
	Amount   string
	Subject  string
	OutNo    string
	TradeNo  string
	Merchant string
	Expires  string
	State    string
	Self     string
	Base     string
	Continue string
	BackHost string
	Problem  string
	Code     template.HTML
	Buyers   []payer
	Chosen   string
	Phone    bool
	// Scanned says that the page is on the phone that scanned a code.
	Scanned bool
	Left    bool
}

// cashierView describes a locked trade to its payer.
func (p *Platform) cashierView(t *trade, problem string) cashierView {
	v := cashierView{
		Amount: t.total().String(), Subject: t.Subject, OutNo: t.OutTradeNo, TradeNo: t.TradeNo,
		Merchant: "沙箱商户 Sandbox Merchant", Expires: t.Expires.wire(), State: t.State,
		Self: p.cashierURL(t.TradeNo), Base: p.cashierURL(t.TradeNo), BackHost: hostOf(orElse(t.LeaveURL, t.ReturnURL)), Problem: problem,
		Buyers: p.payers(), Chosen: t.Buyer, Phone: t.Method != "alipay.trade.page.pay",
	}
	if t.State == stateWaiting && !v.Phone {
		v.Code = drawCode(p.codeURL(t.TradeNo))
	}
	if t.paid() {
		// An address that cannot be signed leaves the page without its link.
		v.Continue, _ = p.returnAddress(&t.record)
	}
	return v
}

// payer is a buyer as the cashier offers one.
type payer struct {
	buyer
	Balance fen
}

func (p *Platform) payers() []payer {
	var all []payer
	for _, b := range p.account.buyers {
		all = append(all, payer{buyer: b, Balance: p.wallet.of(b.ID)})
	}
	return all
}

func (g *pages) cashier(w http.ResponseWriter, status int, v cashierView) {
	g.draw(w, status, "cashier.html", v)
}

func (g *pages) draw(w http.ResponseWriter, status int, name string, v any) {
	var out bytes.Buffer
	if err := g.template.ExecuteTemplate(&out, name, v); err != nil {
		http.Error(w, "the page cannot be drawn", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	// The form is answered by a redirect to the merchant, so its target
	// cannot be limited to this site.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors *; form-action http: https:")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}

// serveStatic hands out the style and the script of the pages.
func (g *pages) serveStatic(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.StripPrefix("/sandbox/alipay/", http.FileServerFS(files)).ServeHTTP(w, r)
}

// drawCode draws a QR code as SVG with a quiet zone of four modules.
func drawCode(text string) template.HTML {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return ""
	}
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+4, y+4)
			}
		}
	}
	side := code.Size + 8
	return template.HTML(fmt.Sprintf(
		`<svg class="qr" viewBox="0 0 %d %d" role="img" aria-label="QR"><rect width="%d" height="%d" fill="#fff"/><path d="%s" fill="#111" shape-rendering="crispEdges"/></svg>`,
		side, side, side, side, path.String()))
}
