package push

// Sentence is something said in both languages.
type Sentence struct{ Zh, En string }

// Adviser is what a [Channel] is besides when it can explain the codes of its
// platform.
type Adviser interface {
	// Advise says what to do about a code; empty for one that it does not know.
	Advise(code string) Sentence
}

// Advice says what to do about the code of a message or delivery of an
// account, ours or the platform's; empty where there is none.
func (s *Service) Advice(account, code string) Sentence {
	if said := advice(code); said.En != "" {
		return said
	}
	if a, ok := s.channels[account].(Adviser); ok {
		return a.Advise(code)
	}
	return Sentence{}
}

// advice explains our own codes.
func advice(code string) Sentence {
	switch code {
	case CodeLeft:
		return Sentence{"对方没有关注公众号，请先邀请关注。", "They don't follow the account. Ask them to."}
	case CodeStranger:
		return Sentence{"公众号从未提到过这个人；请先同步关注者，或请对方关注。", "The account was never told of this person. Read the followers again, or ask them to follow."}
	case CodeWindow:
		return Sentence{"对方 48 小时内没有写过消息，或五条已用完；服务通知请用模板。",
			"A text may be sent only within 48 hours after they wrote, and five times. Use a template for a service notice."}
	case CodeNoText:
		return Sentence{"模板没有文字，无法作为客服消息发送；请给模板加上文字。", "The template has no text for a message without it. Give it one."}
	case CodeUnmapped:
		return Sentence{"该公众号没有对应的模板；请在模板中填写平台的模板编号。", "The account has no template for this one. Enter the platform's template id in the template."}
	case CodeRefused:
		return Sentence{"对方已退订推广消息，无需处理。", "They asked not to be told promotions. Nothing is to be done."}
	case CodeNoNotices:
		return Sentence{"对方只接收与付款和退款有关的通知，无需处理。", "They want no notices but those about payments and refunds. Nothing is to be done."}
	case CodeNoWay:
		return Sentence{"对方不愿以这种方式收到消息；请换一种方式。", "They don't want to be told in this way. Try another."}
	case CodeRecent:
		return Sentence{"对方不久前刚收到过推广消息，无需处理。", "They were told a promotion not long ago. Nothing is to be done."}
	case CodeCap:
		return Sentence{"对方近来收到的推广已达上限，无需处理。", "They were told as many promotions lately as the cap allows. Nothing is to be done."}
	case CodeMonth:
		return Sentence{"对方本月的四条群发已用完，请下月再发。", "They had their four mass messages of this month. Wait for the next."}
	case CodeAlone:
		return Sentence{"群发至少需要两个人，而此人没有打开的会话。", "Mass send needs two people, and this one has no open window."}
	case CodeNoMass:
		return Sentence{"该账号不能群发。", "The account has no mass send."}
	case CodeCancelled:
		return Sentence{"轮到此人之前活动已取消。", "The campaign was cancelled before it was their turn."}
	case CodeAccount:
		return Sentence{"用于发送的账号已不在配置中，请恢复配置。", "The account that was to send it is no longer configured. Configure it again."}
	case CodeDoubt:
		return Sentence{"无法确定平台是否收下；请向对方核实，再次发送可能重复。", "Nobody knows whether the platform took it. Ask them; sending again might tell them twice."}
	}
	return Sentence{}
}
