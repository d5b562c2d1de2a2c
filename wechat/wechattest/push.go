package wechattest

import (
	"strconv"
	"strings"
)

// Field is one element of a push: its name and its text.
type Field struct{ Name, Text string }

// Element makes a Field.
func Element(name, text string) Field { return Field{Name: name, Text: text} }

// Text makes the XML of a text that a person wrote.
func (s Signer) Text(from, content string, msgID int64) string {
	return s.Message(from, "text", Element("Content", content), Element("MsgId", strconv.FormatInt(msgID, 10)))
}

// Event makes the XML of an event, such as subscribe or SCAN, with the fields
// that this event has.
func (s Signer) Event(from, event string, fields ...Field) string {
	return s.Message(from, "event", append([]Field{Element("Event", event)}, fields...)...)
}

// Message makes the XML of any push.
func (s Signer) Message(from, kind string, fields ...Field) string {
	var b strings.Builder
	b.WriteString("<xml>" + field("ToUserName", s.OriginalID) + field("FromUserName", from))
	b.WriteString("<CreateTime>" + strconv.FormatInt(s.now().Unix(), 10) + "</CreateTime>")
	b.WriteString(field("MsgType", kind))
	for _, f := range fields {
		b.WriteString(field(f.Name, f.Text))
	}
	return b.String() + "</xml>"
}

// field writes one element as the platform does, in a CDATA section.
func field(name, text string) string {
	return "<" + name + "><![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]></" + name + ">"
}
