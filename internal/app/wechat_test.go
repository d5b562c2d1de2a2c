package app

import (
	"context"
	"log/slog"
	"testing"

	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/wechat"
)

// sentTexts keeps what it is to send.
type sentTexts []push.Message

func (s *sentTexts) Send(_ context.Context, m push.Message) push.Outcome {
	*s = append(*s, m)
	return push.Outcome{Status: push.Sent}
}

// An answer that comes too late to be one is sent as a message to the same
// person; what is no text is dropped.
func TestALateAnswerIsAMessage(t *testing.T) {
	var sent sentTexts
	e := &wechatEvents{account: "wechat", channel: &sent, log: slog.New(slog.DiscardHandler)}
	m := &wechat.Message{From: "openid-of-anna"}
	e.late(t.Context(), m, said("点这里确认"))
	e.late(t.Context(), m, wechat.ImageAnswer{MediaID: "m"})
	if len(sent) != 1 || sent[0].Kind != push.KindText || sent[0].Recipient != "openid-of-anna" || sent[0].Text != "点这里确认" {
		t.Errorf("sent %+v", sent)
	}
	if said("") != nil {
		t.Error("nothing to say is an answer")
	}
}
