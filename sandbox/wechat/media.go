package wechat

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"time"
)

// Bounds of uploaded media.
const (
	maxMedia  = 10 << 20
	mediaLife = 3 * 24 * time.Hour
	keptMedia = 100
)

// media is one uploaded file; the sandbox keeps the newest ones.
type media struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"` // image, voice, video, thumb
	Type    string `json:"type"` // Content-Type
	Content []byte `json:"content"`
	Created int64  `json:"created"` // Unix seconds
}

func mediaEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/media/upload", verb: byPost, do: (*Platform).mediaUpload},
		{path: "/cgi-bin/media/uploadimg", verb: byPost, do: (*Platform).imageUpload},
		{path: "/cgi-bin/media/get", verb: byGet, do: (*Platform).mediaGet},
	}
}

// rawReply is an answer that is no JSON.
type rawReply struct {
	kind    string
	content []byte
}

// mediaUpload is POST /cgi-bin/media/upload, a multipart form with the field
// media.
func (p *Platform) mediaUpload(c *call) (any, error) {
	kind := c.query.Get("type")
	if !slices.Contains([]string{"image", "voice", "video", "thumb"}, kind) {
		return nil, fail(40004)
	}
	m, err := c.upload(kind)
	if err != nil {
		return nil, err
	}
	p.keepMedia(m)
	p.put("media", m.ID, m)
	name := "media_id"
	if kind == "thumb" {
		name = "thumb_media_id"
	}
	return map[string]any{"type": kind, name: m.ID, "created_at": m.Created}, nil
}

// imageUpload is POST /cgi-bin/media/uploadimg: a picture for articles, by URL.
func (p *Platform) imageUpload(c *call) (any, error) {
	m, err := c.upload("image")
	if err != nil {
		return nil, err
	}
	p.keepMedia(m)
	p.put("media", m.ID, m)
	return map[string]any{"url": p.origin() + "/sandbox/wechat/media/" + m.ID}, nil
}

// upload takes the file out of the posted form.
func (c *call) upload(kind string) (*media, error) {
	_, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return nil, fail(41005)
	}
	parts := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, fail(41005)
		}
		if part.FormName() != "media" {
			continue
		}
		content, err := io.ReadAll(io.LimitReader(part, maxMedia+1))
		switch {
		case err != nil || len(content) == 0:
			return nil, fail(44001)
		case len(content) > mostOf(kind):
			return nil, fail(45001)
		}
		found := http.DetectContentType(content)
		if kind == "image" && !slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/bmp"}, found) {
			return nil, fail(40005)
		}
		if kind == "thumb" && found != "image/jpeg" {
			return nil, fail(40005)
		}
		return &media{urlText(64), kind, found, content, c.now.Unix()}, nil
	}
}

// mostOf is how large a file of a kind may be, in bytes.
func mostOf(kind string) int {
	switch kind {
	case "voice":
		return 2 << 20
	case "thumb":
		return 64 << 10
	}
	return maxMedia
}

func (p *Platform) keepMedia(m *media) {
	p.media = append(p.media, m)
	if extra := len(p.media) - keptMedia; extra > 0 {
		for _, old := range p.media[:extra] {
			p.put("media", old.ID, nil)
		}
		p.media = slices.Delete(p.media, 0, extra)
	}
}

func (p *Platform) restoreMedia(_ string, raw json.RawMessage) error {
	var m media
	if err := json.Unmarshal(raw, &m); err != nil {
		return err
	}
	p.keepMedia(&m)
	return nil
}

// findMedia looks up what has not ended; nil means a bad media_id.
func (p *Platform) findMedia(id string) *media {
	for _, m := range p.media {
		if m.ID == id && p.world.Now().Unix() < m.Created+int64(mediaLife.Seconds()) {
			return m
		}
	}
	return nil
}

// mediaGet is GET /cgi-bin/media/get.
func (p *Platform) mediaGet(c *call) (any, error) {
	m := p.findMedia(c.query.Get("media_id"))
	if m == nil {
		return nil, fail(40007)
	}
	if m.Kind == "video" {
		return map[string]string{"video_url": p.origin() + "/sandbox/wechat/media/" + m.ID}, nil
	}
	return rawReply{m.Type, m.Content}, nil
}

// showMedia shows a picture or a film on a phone.
func (p *Platform) showMedia(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	m := p.findMedia(r.PathValue("id"))
	p.mu.Unlock()
	if m == nil || m.Kind == "voice" {
		http.NotFound(w, r)
		return
	}
	writePicture(w, m.Type, m.Content)
}

func writePicture(w http.ResponseWriter, kind string, content []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	w.Write(content)
}
