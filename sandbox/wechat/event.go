package wechat

import (
	"strconv"
	"strings"
)

// field is one element of a push. Numbers are written as they are, everything
// else as CDATA.
type field struct {
	Name  string `json:"n"`
	Value string `json:"v"`
}

func eventFields(event string, more ...field) []field {
	return append([]field{{"MsgType", "event"}, {"Event", event}}, kept(more)...)
}

// kept leaves out a ticket that is not there; an empty EventKey stays.
func kept(fields []field) []field {
	var all []field
	for _, f := range fields {
		if f.Value != "" || f.Name == "EventKey" {
			all = append(all, f)
		}
	}
	return all
}

// jobFinished is how the result of a template message comes; mind the spelling
// of MsgID.
func jobFinished(msgid int64, status string) []field {
	return eventFields("TEMPLATESENDJOBFINISH", field{"MsgID", strconv.FormatInt(msgid, 10)}, field{"Status", status})
}

func textFields(text string, msgid int64) []field {
	return []field{{"MsgType", "text"}, {"Content", text}, {"MsgId", strconv.FormatInt(msgid, 10)}}
}

// writeFields writes fields as the platform does. The list of a popup event is
// written already.
func writeFields(b *strings.Builder, fields []field) {
	for _, f := range fields {
		b.WriteString("<" + f.Name + ">")
		if numeric(f.Name) || f.Name == "SubscribeMsgPopupEvent" {
			b.WriteString(f.Value)
		} else {
			b.WriteString("<![CDATA[" + strings.ReplaceAll(f.Value, "]]>", "]]]]><![CDATA[>") + "]]>")
		}
		b.WriteString("</" + f.Name + ">\n")
	}
}

func numeric(name string) bool {
	switch name {
	case "CreateTime", "MsgId", "MsgID", "MenuId", "TotalCount", "FilterCount", "SentCount", "ErrorCount":
		return true
	}
	return false
}
