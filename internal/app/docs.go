package app

import (
	"net/http"

	"github.com/paypush/paypush/internal/api"
	"github.com/paypush/paypush/internal/docs"
	"github.com/paypush/paypush/internal/web"
)

// routeDocs serves the documentation of the API in the looks of the site. A
// server that can't make it says so in its log and serves everything else.
func (s *Server) routeDocs(mux *http.ServeMux, v1 *api.API, site *web.Site) {
	document, err := v1.Document()
	if err == nil {
		var pages *docs.Pages
		pages, err = docs.New(docs.Config{OpenAPI: document, Stylesheet: site.Asset("site.css"), Icon: site.Asset("mark.svg")})
		if err == nil {
			pages.Register(mux)
			return
		}
	}
	s.log.Error("the documentation is not served", "error", err)
}
