package wechat

import (
	"crypto/rand"
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Success is the answer that means handled, nothing to say.
const Success = "success"

// Answer is a passive reply, one of TextAnswer, ImageAnswer, VoiceAnswer,
// VideoAnswer, MusicAnswer, ArticleAnswer and TransferAnswer.
type Answer interface{ fill(w *wireAnswer) }

// TextAnswer replies with a text of about 2,048 bytes at most.
type TextAnswer string

// ImageAnswer replies with an uploaded picture.
type ImageAnswer struct{ MediaID string }

// VoiceAnswer replies with an uploaded voice.
type VoiceAnswer struct{ MediaID string }

// VideoAnswer replies with an uploaded film.
type VideoAnswer struct{ MediaID, Title, Description string }

// MusicAnswer replies with a piece of music.
type MusicAnswer struct{ Title, Description, URL, HQURL, ThumbMediaID string }

// ArticleAnswer replies with a card that opens a page.
type ArticleAnswer struct{ Title, Description, PicURL, URL string }

// TransferAnswer hands the person to customer service, to one of its members
// when KfAccount is set.
type TransferAnswer struct{ KfAccount string }

type wireAnswer struct {
	XMLName      xml.Name     `xml:"xml"`
	ToUserName   cdata        `xml:"ToUserName"`
	FromUserName cdata        `xml:"FromUserName"`
	CreateTime   int64        `xml:"CreateTime"`
	MsgType      cdata        `xml:"MsgType"`
	Content      *cdata       `xml:"Content"`
	Image        *wireMedia   `xml:"Image"`
	Voice        *wireMedia   `xml:"Voice"`
	Video        *wireMedia   `xml:"Video"`
	Music        *wireMusic   `xml:"Music"`
	ArticleCount int          `xml:"ArticleCount,omitempty"`
	Articles     *wireArticle `xml:"Articles>item"`
	KfAccount    *cdata       `xml:"TransInfo>KfAccount"`
}

type cdata struct {
	Text string `xml:",cdata"`
}

type wireMedia struct {
	MediaID     cdata  `xml:"MediaId"`
	Title       *cdata `xml:"Title"`
	Description *cdata `xml:"Description"`
}

type wireMusic struct {
	Title        cdata `xml:"Title"`
	Description  cdata `xml:"Description"`
	URL          cdata `xml:"MusicUrl"`
	HQURL        cdata `xml:"HQMusicUrl"`
	ThumbMediaID cdata `xml:"ThumbMediaId"`
}

type wireArticle struct {
	Title       cdata `xml:"Title"`
	Description cdata `xml:"Description"`
	PicURL      cdata `xml:"PicUrl"`
	URL         cdata `xml:"Url"`
}

// text keeps what XML can hold; a control character would make the platform
// show its "service faulty" notice.
func text(s string) cdata {
	return cdata{strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)}
}

func textPtr(s string) *cdata {
	t := text(s)
	return &t
}

func (a TextAnswer) fill(w *wireAnswer) { w.MsgType, w.Content = text("text"), textPtr(string(a)) }

func (a ImageAnswer) fill(w *wireAnswer) {
	w.MsgType, w.Image = text("image"), &wireMedia{MediaID: text(a.MediaID)}
}

func (a VoiceAnswer) fill(w *wireAnswer) {
	w.MsgType, w.Voice = text("voice"), &wireMedia{MediaID: text(a.MediaID)}
}

func (a VideoAnswer) fill(w *wireAnswer) {
	w.MsgType, w.Video = text("video"), &wireMedia{text(a.MediaID), textPtr(a.Title), textPtr(a.Description)}
}

func (a MusicAnswer) fill(w *wireAnswer) {
	w.MsgType, w.Music = text("music"), &wireMusic{text(a.Title), text(a.Description), text(a.URL), text(a.HQURL), text(a.ThumbMediaID)}
}

func (a ArticleAnswer) fill(w *wireAnswer) {
	w.MsgType, w.ArticleCount = text("news"), 1
	w.Articles = &wireArticle{text(a.Title), text(a.Description), text(a.PicURL), text(a.URL)}
}

func (a TransferAnswer) fill(w *wireAnswer) {
	w.MsgType = text("transfer_customer_service")
	if a.KfAccount != "" {
		w.KfAccount = textPtr(a.KfAccount)
	}
}

// Answer writes the passive reply to a message, encrypted in safe mode, to be
// sent as application/xml within five seconds. A nil answer gives Success.
//
// It follows 被动回复用户消息 and 消息加解密说明.
func (cb *Callback) Answer(to *Message, a Answer) ([]byte, error) {
	if a == nil {
		return []byte(Success), nil
	}
	w := &wireAnswer{ToUserName: text(to.From), FromUserName: text(to.To), CreateTime: cb.now().Unix()}
	a.fill(w)
	plain, err := xml.Marshal(w)
	if err != nil || cb.mode != CallbackSafe {
		return plain, err
	}
	return cb.envelope(plain)
}

func (cb *Callback) envelope(plain []byte) ([]byte, error) {
	stamp, nonce := strconv.FormatInt(cb.now().Unix(), 10), rand.Text()
	encrypted := cb.cipher.seal(plain)
	return xml.Marshal(struct {
		XMLName   xml.Name `xml:"xml"`
		Encrypt   cdata    `xml:"Encrypt"`
		Signature cdata    `xml:"MsgSignature"`
		TimeStamp string   `xml:"TimeStamp"`
		Nonce     cdata    `xml:"Nonce"`
	}{
		Encrypt: cdata{encrypted}, Signature: cdata{signature(cb.token, stamp, nonce, encrypted)},
		TimeStamp: stamp, Nonce: cdata{nonce},
	})
}
