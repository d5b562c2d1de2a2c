package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed static/*
var staticFiles embed.FS

var typeByExtension = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// asset is one file for browsers.
type asset struct {
	kind string
	body []byte
}

// assets are the files by their hashed names, and those names by the plain ones.
type assets struct {
	byHash map[string]asset
	names  map[string]string
}

func loadAssets() assets {
	a := assets{byHash: map[string]asset{}, names: map[string]string{}}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		panic("web: static files: " + err.Error())
	}
	for _, e := range entries {
		body, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			panic("web: static files: " + err.Error())
		}
		sum := sha256.Sum256(body)
		ext := path.Ext(e.Name())
		hashed := strings.TrimSuffix(e.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.byHash[hashed] = asset{typeByExtension[ext], body}
		a.names[e.Name()] = "/static/" + hashed
	}
	return a
}

// path gives the address of a file by its plain name, for templates.
func (a assets) path(name string) (string, error) {
	if p, ok := a.names[name]; ok {
		return p, nil
	}
	return "", fs.ErrNotExist
}

// static serves a file. Its name holds a hash of what is in it, so that a
// browser may keep it for good.
func (s *Site) static(w http.ResponseWriter, r *http.Request) {
	a, ok := s.assets.byHash[r.PathValue("name")]
	if !ok {
		s.failBare(w, r, errNoPage)
		return
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(a.body)
}
