package wechat

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"
)

// MediaKind is a kind of temporary material.
type MediaKind string

// The kinds of temporary material, each with its own size limit: 10 MB for
// images and videos, 2 MB for voices, 64 kB for thumbs.
const (
	MediaImage MediaKind = "image"
	MediaVoice MediaKind = "voice"
	MediaVideo MediaKind = "video"
	MediaThumb MediaKind = "thumb"
)

const maxUpload = 10 << 20

// Media is uploaded temporary material. It is gone after three days.
type Media struct {
	ID        string
	CreatedAt time.Time
}

// UploadMedia uploads temporary material, which messages then name by its id.
// At most 10 MB are read. Uploading twice only makes a second copy.
//
// It follows 新增临时素材 (/cgi-bin/media/upload).
func (c *Client) UploadMedia(ctx context.Context, kind MediaKind, filename string, content io.Reader) (*Media, error) {
	const op = "media.upload"
	body, contentType, err := form(op, filename, content)
	if err != nil {
		return nil, err
	}
	var out struct {
		status
		MediaID      string `json:"media_id"`
		ThumbMediaID string `json:"thumb_media_id"`
		CreatedAt    int64  `json:"created_at"`
	}
	cl := call{
		op: op, path: "/cgi-bin/media/upload", query: "type=" + url.QueryEscape(string(kind)),
		body: body, contentType: contentType, repeatable: true,
	}
	if err := c.do(ctx, cl, &out); err != nil {
		return nil, err
	}
	if out.MediaID == "" {
		out.MediaID = out.ThumbMediaID
	}
	if out.MediaID == "" {
		return nil, unusable(op)
	}
	return &Media{ID: out.MediaID, CreatedAt: time.Unix(out.CreatedAt, 0).UTC()}, nil
}

// UploadArticleImage uploads a JPEG or PNG of at most 1 MB for use inside an
// article and returns its address. It does not count as material.
//
// It follows 上传图文消息内的图片 (/cgi-bin/media/uploadimg).
func (c *Client) UploadArticleImage(ctx context.Context, filename string, content io.Reader) (string, error) {
	const op = "media.uploadimg"
	body, contentType, err := form(op, filename, content)
	if err != nil {
		return "", err
	}
	var out struct {
		status
		URL string `json:"url"`
	}
	cl := call{op: op, path: "/cgi-bin/media/uploadimg", body: body, contentType: contentType, repeatable: true}
	if err := c.do(ctx, cl, &out); err != nil {
		return "", err
	}
	if out.URL == "" {
		return "", unusable(op)
	}
	return out.URL, nil
}

type mediaReply struct {
	status
	content []byte
}

// quick takes everything that is not a JSON object as the file itself: the
// platform answers errors as JSON under any content type.
func (r *mediaReply) quick(body []byte) bool {
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || trimmed[0] == '{' {
		return false
	}
	r.content = body
	return true
}

// DownloadMedia reads temporary material, such as a picture that somebody
// sent. A video has an address instead, see [Client.VideoURL].
//
// It follows 获取临时素材 (/cgi-bin/media/get).
func (c *Client) DownloadMedia(ctx context.Context, mediaID string) ([]byte, error) {
	const op = "media.get"
	var out mediaReply
	if err := c.get(ctx, op, "/cgi-bin/media/get", url.Values{"media_id": {mediaID}}, &out); err != nil {
		return nil, err
	}
	if out.content == nil {
		return nil, unusable(op)
	}
	return out.content, nil
}

// VideoURL answers where temporary material of kind video can be read.
//
// It follows 获取临时素材 (/cgi-bin/media/get).
func (c *Client) VideoURL(ctx context.Context, mediaID string) (string, error) {
	const op = "media.video"
	var out struct {
		status
		URL string `json:"video_url"`
	}
	if err := c.get(ctx, op, "/cgi-bin/media/get", url.Values{"media_id": {mediaID}}, &out); err != nil {
		return "", err
	}
	if out.URL == "" {
		return "", unusable(op)
	}
	return out.URL, nil
}

// form writes a file as the platform wants it: one part called media, with its
// length known beforehand.
func form(op, filename string, content io.Reader) ([]byte, string, error) {
	data, err := io.ReadAll(io.LimitReader(content, maxUpload+1))
	switch {
	case err != nil:
		return nil, "", &Error{Op: op, Err: err, class: classRejected}
	case len(data) == 0 || len(data) > maxUpload:
		return nil, "", invalid(op, "a file has 1 byte to %d MB", maxUpload>>20)
	}
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="media"; filename="%s"`, plainName(filename))},
		"Content-Type":        {http.DetectContentType(data)},
	})
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	return buf.Bytes(), w.FormDataContentType(), err
}

// plainName keeps a file name from ending its header early.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == '\\' || r == '/' {
			return '_'
		}
		return r
	}, name)
}
