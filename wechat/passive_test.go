package wechat_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/paypush/paypush/wechat"
)

func TestEveryAnswer(t *testing.T) {
	cb := callback(t, wechat.CallbackPlain)
	m := &wechat.Message{From: "o", To: "g"}
	for _, tt := range []struct {
		answer wechat.Answer
		want   string
	}{
		{wechat.TextAnswer("a"), "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[a]]></Content></xml>"},
		{wechat.ImageAnswer{MediaID: "m"}, "<MsgType><![CDATA[image]]></MsgType><Image><MediaId><![CDATA[m]]></MediaId></Image></xml>"},
		{wechat.VoiceAnswer{MediaID: "m"}, "<MsgType><![CDATA[voice]]></MsgType><Voice><MediaId><![CDATA[m]]></MediaId></Voice></xml>"},
		{wechat.VideoAnswer{MediaID: "m", Title: "t", Description: "d"}, "<Video><MediaId><![CDATA[m]]></MediaId><Title><![CDATA[t]]></Title><Description><![CDATA[d]]></Description></Video></xml>"},
		{wechat.MusicAnswer{Title: "t", URL: "u", HQURL: "h", ThumbMediaID: "m"}, "<MusicUrl><![CDATA[u]]></MusicUrl><HQMusicUrl><![CDATA[h]]></HQMusicUrl><ThumbMediaId><![CDATA[m]]></ThumbMediaId></Music></xml>"},
		{wechat.ArticleAnswer{Title: "t", Description: "d", PicURL: "p", URL: "u"}, "<ArticleCount>1</ArticleCount><Articles><item><Title><![CDATA[t]]></Title><Description><![CDATA[d]]></Description><PicUrl><![CDATA[p]]></PicUrl><Url><![CDATA[u]]></Url></item></Articles></xml>"},
		{wechat.TransferAnswer{}, "<MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>"},
		{wechat.TransferAnswer{KfAccount: "a@b"}, "<TransInfo><KfAccount><![CDATA[a@b]]></KfAccount></TransInfo></xml>"},
	} {
		got, err := cb.Answer(m, tt.answer)
		if err != nil || !strings.HasSuffix(string(got), tt.want) {
			t.Errorf("%T: %v\n%s\n%s", tt.answer, err, got, tt.want)
		}
		var any struct{ XMLName xml.Name }
		if err := xml.Unmarshal(got, &any); err != nil {
			t.Errorf("%T: %v", tt.answer, err)
		}
	}
	if got, err := cb.Answer(m, nil); err != nil || string(got) != "success" {
		t.Errorf("%q %v", got, err)
	}
}
