package web

import (
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

var verifyName = regexp.MustCompile(`^/MP_verify_[0-9A-Za-z]+\.txt$`)

// verifyRoutes serves the files by which WeChat checks that a domain is ours.
func (s *Site) verifyRoutes() []route {
	var all []route
	for name, content := range s.VerifyFiles {
		path := "/" + strings.TrimPrefix(name, "/")
		if !verifyName.MatchString(path) {
			s.Log.Warn("not the name of a WeChat verification file; left out", slog.String("name", name))
			continue
		}
		all = append(all, route{"GET", path, Visitor, data, func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, err := io.WriteString(w, content)
			return err
		}, false})
	}
	slices.SortFunc(all, func(a, b route) int { return strings.Compare(a.Path, b.Path) })
	return all
}
