package alipay

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

const (
	// maxRequest bounds the body of one gateway request.
	maxRequest = 1 << 20
	maxParams  = 200
)

var (
	errTooMany  = errors.New("too many parameters")
	errRepeated = errors.New("a parameter occurs twice with different values")
)

// params are the parameters of one request, query and body merged, as the raw
// bytes that were sent after one percent-decoding.
type params map[string]string

// readParams merges query and body. A name that stands in both counts once; if
// its values differ the request is refused.
func readParams(w http.ResponseWriter, r *http.Request) (params, error) {
	all := params{}
	if err := all.addForm(r.URL.RawQuery); err != nil {
		return all, err
	}
	if r.Method != http.MethodPost {
		return all, nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return all, all.addMultipart(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return all, err
	}
	return all, all.addForm(string(body))
}

func (p params) add(name, value string) error {
	if len(p) >= maxParams {
		return errTooMany
	}
	if old, twice := p[name]; twice && old != value {
		return errRepeated
	}
	p[name] = value
	return nil
}

func (p params) addForm(form string) error {
	for pair := range strings.SplitSeq(form, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return err
		}
		value, err = url.QueryUnescape(value)
		if err != nil {
			return err
		}
		if err := p.add(name, value); err != nil {
			return err
		}
	}
	return nil
}

// addMultipart takes the plain fields; files are not part of what is signed.
func (p params) addMultipart(r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return err
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if part.FileName() != "" {
			continue
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if err := p.add(part.FormName(), string(value)); err != nil {
			return err
		}
	}
}
