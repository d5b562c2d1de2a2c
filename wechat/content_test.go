package wechat_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/paypush/paypush/wechat"
	"github.com/paypush/paypush/wechat/wechattest"
)

func f(name, text string) wechattest.Field { return wechattest.Element(name, text) }

func parse(t *testing.T, message string) *wechat.Message {
	t.Helper()
	s := signer()
	q, body, err := s.Push(wechattest.Safe, message)
	if err != nil {
		t.Fatal(err)
	}
	m, err := callback(t, wechat.CallbackSafe).ParseBody(q, []byte(body))
	if err != nil {
		t.Fatalf("%v in %s", err, message)
	}
	return m
}

func TestTypedContent(t *testing.T) {
	s := signer()
	for _, tt := range []struct {
		xml  string
		want wechat.Content
	}{
		{s.Message("o", "text", f("Content", "hi"), f("MsgId", "5"), f("bizmsgmenuid", "7")), wechat.Text{Content: "hi", MenuItem: "7"}},
		{s.Message("o", "image", f("PicUrl", "http://p"), f("MediaId", "m")), wechat.Image{URL: "http://p", MediaID: "m"}},
		{s.Message("o", "voice", f("MediaId", "m"), f("Format", "amr"), f("Recognition", "r")), wechat.Voice{MediaID: "m", Format: "amr", Recognition: "r"}},
		{s.Message("o", "shortvideo", f("MediaId", "m"), f("ThumbMediaId", "t")), wechat.Video{MediaID: "m", ThumbMediaID: "t", Short: true}},
		{s.Message("o", "location", f("Location_X", "23.1"), f("Location_Y", "113.3"), f("Scale", "20"), f("Label", "l")), wechat.Location{Latitude: 23.1, Longitude: 113.3, Scale: 20, Label: "l"}},
		{s.Message("o", "link", f("Title", "t"), f("Description", "d"), f("Url", "u")), wechat.Link{Title: "t", Description: "d", URL: "u"}},
		{s.Message("o", "hologram"), wechat.Other{}},
		{s.Event("o", "subscribe", f("EventKey", "")), wechat.Subscribe{}},
		{s.Event("o", "subscribe", f("EventKey", "qrscene_bind1"), f("Ticket", "T")), wechat.Subscribe{Scene: "bind1", Ticket: "T"}},
		{s.Event("o", "unsubscribe", f("EventKey", "")), wechat.Unsubscribe{}},
		{s.Event("o", "SCAN", f("EventKey", "qrscene_x"), f("Ticket", "T")), wechat.Scan{Scene: "qrscene_x", Ticket: "T"}},
		{s.Event("o", "scan", f("EventKey", "1")), wechat.Other{}},
		{s.Event("o", "LOCATION", f("Latitude", "1.5"), f("Longitude", "2.5"), f("Precision", "3")), wechat.Position{Latitude: 1.5, Longitude: 2.5, Precision: 3}},
		{s.Event("o", "CLICK", f("EventKey", "K")), wechat.MenuClick{Key: "K"}},
		{s.Event("o", "VIEW", f("EventKey", "http://u"), f("MenuId", "9")), wechat.MenuView{URL: "http://u", MenuID: "9"}},
		{s.Event("o", "TEMPLATESENDJOBFINISH", f("MsgID", "3717005636572528642"), f("Status", "success")), wechat.TemplateResult{MsgID: 3717005636572528642, Status: "success"}},
		{s.Event("o", "MASSSENDJOBFINISH", f("MsgID", "8"), f("Status", "send success"), f("TotalCount", "10"), f("FilterCount", "8"), f("SentCount", "7"), f("ErrorCount", "1")), wechat.MassResult{MsgID: 8, Status: "send success", Total: 10, Filtered: 8, Sent: 7, Failed: 1}},
	} {
		if got := parse(t, tt.xml); !reflect.DeepEqual(got.Content, tt.want) {
			t.Errorf("%s\n got %#v\nwant %#v", tt.xml, got.Content, tt.want)
		}
	}
}

func TestNestedEvents(t *testing.T) {
	head := "<xml><ToUserName>g</ToUserName><FromUserName>o</FromUserName><CreateTime>1780000000</CreateTime><MsgType>event</MsgType>"
	popup := "<List><TemplateId>t1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString><PopupScene>1</PopupScene></List>" +
		"<List><TemplateId>t2</TemplateId><SubscribeStatusString>reject</SubscribeStatusString><PopupScene>1</PopupScene></List>"
	both := []wechat.TemplateChoice{{TemplateID: "t1", Accepted: true, Scene: "1"}, {TemplateID: "t2", Scene: "1"}}
	for _, tt := range []struct {
		xml  string
		want wechat.Content
	}{
		{"<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent>" + popup + "</SubscribeMsgPopupEvent>", wechat.SubscribeChoice{Choices: both}},
		{"<Event>subscribe_msg_change_event</Event><SubscribeMsgPopupEvent>" + popup + "</SubscribeMsgPopupEvent>", wechat.SubscribeChoice{Choices: both, InSettings: true}},
		{"<Event>subscribe_msg_change_event</Event><SubscribeMsgChangeEvent>" + popup + "</SubscribeMsgChangeEvent>", wechat.SubscribeChoice{Choices: both, InSettings: true}},
		{
			"<Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>t</TemplateId><MsgID>1</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>",
			wechat.SubscribeResult{Results: []wechat.NoticeResult{{TemplateID: "t", MsgID: "1", Code: "0", Status: "success"}}},
		},
		{
			"<Event>scancode_waitmsg</Event><EventKey>k</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>r</ScanResult></ScanCodeInfo>",
			wechat.MenuScan{Key: "k", Kind: "qrcode", Result: "r", Waits: true},
		},
	} {
		if got := parse(t, head+tt.xml+"</xml>"); !reflect.DeepEqual(got.Content, tt.want) {
			t.Errorf("%s\n got %#v\nwant %#v", tt.xml, got.Content, tt.want)
		}
	}
}

func TestKeysTellPushesApart(t *testing.T) {
	s := signer()
	later := s
	later.Now = func() time.Time { return callbackTime.Add(time.Second) }
	seen := map[string]string{}
	for _, xml := range []string{
		s.Text("o", "a", 1), s.Text("o", "a", 2),
		s.Event("o", "subscribe"), s.Event("p", "subscribe"), later.Event("o", "subscribe"),
		s.Event("o", "SCAN", f("EventKey", "1")), s.Event("o", "SCAN", f("EventKey", "2")),
		s.Event("o", "TEMPLATESENDJOBFINISH", f("MsgID", "1")), s.Event("o", "TEMPLATESENDJOBFINISH", f("MsgID", "2")),
	} {
		key := parse(t, xml).Key()
		if seen[key] != "" {
			t.Errorf("same key %q for\n%s\n%s", key, seen[key], xml)
		}
		seen[key] = xml
		if again := parse(t, xml).Key(); again != key {
			t.Errorf("key of a repetition: %q, %q", key, again)
		}
	}
}

func TestTemplateResultStatus(t *testing.T) {
	for status, want := range map[string][2]bool{
		"success": {true, false}, "failed:user block": {false, true}, "failed: system failed": {false, false},
	} {
		r := wechat.TemplateResult{Status: status}
		if got := [2]bool{r.Delivered(), r.Blocked()}; got != want {
			t.Errorf("%q: %v", status, got)
		}
	}
}
