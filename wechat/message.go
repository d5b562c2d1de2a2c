package wechat

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// Message is one verified push of the platform: something a person wrote, or
// an event.
type Message struct {
	// To is the account's original id, gh_ and 12 hexadecimal digits.
	To string
	// From is the person's openid; for MassResult a helper's.
	From string
	// CreatedAt has whole seconds.
	CreatedAt time.Time
	// Type is MsgType: text, image, ..., event.
	Type string
	// Event is the event's name as the platform spells it; empty otherwise.
	Event string
	// ID is the MsgId of a message; events have none.
	ID int64
	// Content is the typed body: switch over its type.
	Content Content
	// Raw is the XML after decryption, for fields this package leaves out.
	Raw []byte

	eventKey string
	jobID    int64
}

// Key is the same for every repetition of one push: the platform sends it
// three times when the answer takes longer than five seconds. Remember it
// before the work starts, for an hour, where all nodes see it.
func (m *Message) Key() string {
	if m.ID != 0 {
		return "msg:" + strconv.FormatInt(m.ID, 10)
	}
	return strings.Join([]string{
		"event", m.From, strconv.FormatInt(m.CreatedAt.Unix(), 10), m.Event, m.eventKey, strconv.FormatInt(m.jobID, 10),
	}, ":")
}

// parseMessage decodes readable XML into a typed message.
func parseMessage(data []byte) (*Message, error) {
	var w wireMessage
	if err := decodeXML(data, &w); err != nil {
		return nil, refuse(ErrCallbackMalformed, "message is not the platform's XML")
	}
	created, err := strconv.ParseInt(w.CreateTime, 10, 64)
	if err != nil || created < 0 || created > 1<<40 {
		return nil, refuse(ErrCallbackMalformed, "CreateTime")
	}
	if w.FromUserName == "" || w.MsgType == "" {
		return nil, refuse(ErrCallbackMalformed, "FromUserName or MsgType is missing")
	}
	m := &Message{
		To: w.ToUserName, From: w.FromUserName, CreatedAt: time.Unix(created, 0).UTC(),
		Type: w.MsgType, ID: w.MsgID, Raw: data, eventKey: w.EventKey, jobID: w.JobID,
	}
	if w.MsgType == "event" {
		m.Event, m.Content = w.Event, w.event()
	} else {
		m.Content = w.message()
	}
	return m, nil
}

// findEncrypt returns the content of the envelope's Encrypt element, empty
// when there is none.
func findEncrypt(body []byte) (string, error) {
	var envelope struct {
		XMLName xml.Name `xml:"xml"`
		Encrypt []string `xml:"Encrypt"`
	}
	if err := decodeXML(body, &envelope); err != nil {
		return "", err
	}
	switch len(envelope.Encrypt) {
	case 0:
		return "", nil
	case 1:
		return strings.TrimSpace(envelope.Encrypt[0]), nil
	}
	return "", errors.New("several Encrypt elements")
}

// decodeXML decodes one document and refuses anything after it.
func decodeXML(data []byte, v any) error {
	dec := xml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(v); err != nil {
		return err
	}
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if text, ok := tok.(xml.CharData); !ok || len(bytes.TrimSpace(text)) != 0 {
			return errors.New("content after the document")
		}
	}
}
