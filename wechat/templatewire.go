package wechat

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Template messages are what is sent by the million, so both directions have
// a form without reflection; a test holds it equal to encoding/json.

type messageReply struct {
	status
	MsgID int64 `json:"msgid"`
}

var (
	okHead    = []byte(`{"errcode":0,"errmsg":"ok"`)
	msgIDHead = []byte(`,"msgid":`)
)

// quick reads {"errcode":0,"errmsg":"ok","msgid":1}.
func (r *messageReply) quick(body []byte) bool {
	rest, ok := bytes.CutPrefix(body, okHead)
	if !ok {
		return false
	}
	if rest, ok = bytes.CutPrefix(rest, msgIDHead); !ok {
		return false
	}
	if rest, ok = bytes.CutSuffix(rest, []byte("}")); !ok || len(rest) == 0 || rest[0] < '1' || rest[0] > '9' {
		return false
	}
	id, err := strconv.ParseInt(string(rest), 10, 64)
	r.MsgID = id
	return err == nil
}

var _ json.Marshaler = Template{}

// MarshalJSON writes the message as the platform takes it, with raw UTF-8.
func (t Template) MarshalJSON() ([]byte, error) { return t.appendJSON(nil), nil }

func (t Template) appendJSON(dst []byte) []byte {
	dst = slices.Grow(dst, 512)
	dst = appendField(dst, `{"touser":`, t.ToUser)
	dst = appendField(dst, `,"template_id":`, t.TemplateID)
	if t.URL != "" {
		dst = appendField(dst, `,"url":`, t.URL)
	}
	if t.MiniProgram != nil {
		dst = appendField(dst, `,"miniprogram":{"appid":`, t.MiniProgram.AppID)
		if t.MiniProgram.PagePath != "" {
			dst = appendField(dst, `,"pagepath":`, t.MiniProgram.PagePath)
		}
		dst = append(dst, '}')
	}
	if t.ClientMsgID != "" {
		dst = appendField(dst, `,"client_msg_id":`, t.ClientMsgID)
	}
	dst = append(dst, `,"data":`...)
	return append(appendData(dst, t.Data), '}')
}

// appendData writes the keywords in order of their names, so that one message
// is always the same bytes.
func appendData(dst []byte, data map[string]Value) []byte {
	var room [16]string
	keys := slices.AppendSeq(room[:0], maps.Keys(data))
	slices.Sort(keys)
	dst = append(dst, '{')
	for i, key := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		v := data[key]
		dst = appendField(append(appendString(dst, key), ':'), `{"value":`, v.Value)
		if v.Color != "" {
			dst = appendField(dst, `,"color":`, v.Color)
		}
		dst = append(dst, '}')
	}
	return append(dst, '}')
}

func appendField(dst []byte, head, value string) []byte {
	return appendString(append(dst, head...), value)
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string that escapes only what it must.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		b := s[i]
		if b >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r) // U+FFFD for a broken byte
			i += n
			continue
		}
		i++
		switch {
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b == '\n':
			dst = append(dst, '\\', 'n')
		case b < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
		default:
			dst = append(dst, b)
		}
	}
	return append(dst, '"')
}
