package alipay

import (
	"fmt"
	"html"
	"net/http"
)

const errorPage = `<!DOCTYPE html><html><head><meta charset="GBK"><title>支付宝 - 出错了</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>body{font:16px/1.7 system-ui,sans-serif;max-width:44rem;margin:12vh auto;padding:0 1.5rem;color:#222;background:#fff}
h1{font-size:1.4rem}code{background:#f2f4f7;padding:.15em .4em;border-radius:.3em}p.reason{overflow-wrap:anywhere;color:#555}
@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#14161a}code{background:#262a31}p.reason{color:#a5adb8}}</style></head>
<body><h1>抱歉，无法继续付款<br><small>This payment cannot go on</small></h1>
<p>错误代码 / code：<code>%s</code></p><p class="reason">错误原因 / reason：%s</p></body></html>`

// writeErrorPage tells the person in the browser what was wrong with a page
// request. It is GBK whatever the request's charset, and never JSON.
func writeErrorPage(w http.ResponseWriter, no refusal) {
	reason := no.text
	if no.sub != "isv.invalid-signature" {
		reason = html.EscapeString(reason)
	}
	page := fmt.Sprintf(errorPage, html.EscapeString(no.bare()), reason)
	w.Header().Set("Content-Type", "text/html;charset=GBK")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte(gbkCharset.encode(page)))
}
