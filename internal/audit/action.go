package audit

// Action is what somebody did: an object and a verb.
type Action string

// What is remembered.
const (
	OrderClose     Action = "order.close"
	PaymentQuery   Action = "payment.query"
	RefundAsk      Action = "refund.ask"
	RefundApprove  Action = "refund.approve"
	RefundRefuse   Action = "refund.refuse"
	SurplusRefund  Action = "surplus.refund"
	SurplusAccept  Action = "surplus.accept"
	SurplusKeep    Action = "surplus.keep"
	NoticeReplay   Action = "notice.replay"
	RoleChange     Action = "member.role"
	MemberCreate   Action = "member.create"
	MemberDelete   Action = "member.delete"
	PasswordChange Action = "member.password"
	SignInLink     Action = "member.sign_in_link"
	Bind           Action = "binding.create"
	BindInvite     Action = "binding.invite"
	Unbind         Action = "binding.delete"
	KeyCreate      Action = "key.create"
	KeyRevoke      Action = "key.revoke"
	EndpointCreate Action = "endpoint.create"
	EndpointChange Action = "endpoint.change"
	EndpointDelete Action = "endpoint.delete"
	RuleChange     Action = "rule.change"
	RuleDelete     Action = "rule.delete"
	TemplateSave   Action = "template.save"
	MessageTest    Action = "message.test"
	MessageAgain   Action = "message.again"
	FollowerSync   Action = "follower.sync"
	FollowerChange Action = "follower.change"
	ActivityDraft  Action = "activity.draft"
	ActivityChange Action = "activity.change"
	ActivitySend   Action = "activity.send"
	ActivityPause  Action = "activity.pause"
	ActivityResume Action = "activity.resume"
	ActivityCancel Action = "activity.cancel"
	ActivityTry    Action = "activity.try"
	EndpointReplay Action = "endpoint.replay"

	ReconciliationBegin Action = "reconciliation.begin"
	DifferenceQuery     Action = "difference.query"
	DifferenceRefund    Action = "difference.refund"
	DifferenceIgnore    Action = "difference.ignore"
	DifferenceReopen    Action = "difference.reopen"
	DifferenceAssign    Action = "difference.assign"
	ArchiveRun          Action = "archive.run"
)

// Actions lists every action, for a page that names them.
func Actions() []Action {
	return []Action{OrderClose, PaymentQuery, RefundAsk, RefundApprove, RefundRefuse, SurplusRefund, SurplusAccept, SurplusKeep,
		NoticeReplay, RoleChange, MemberCreate, MemberDelete, PasswordChange, SignInLink, Bind, BindInvite, Unbind, KeyCreate, KeyRevoke,
		EndpointCreate, EndpointChange, EndpointDelete, EndpointReplay,
		RuleChange, RuleDelete, TemplateSave, MessageTest, MessageAgain, FollowerSync, FollowerChange, ActivityDraft, ActivityChange, ActivitySend, ActivityPause, ActivityResume, ActivityCancel, ActivityTry,
		ReconciliationBegin, DifferenceQuery, DifferenceRefund, DifferenceIgnore, DifferenceReopen, DifferenceAssign, ArchiveRun}
}
