package wechat

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Sentinels for errors.Is.
var (
	// ErrInvalid marks a call that was refused here, before anything was
	// sent, because the platform would not take it.
	ErrInvalid = errors.New("invalid argument")
	// ErrForceLimit marks a bad token that could not be replaced because
	// forced refreshes are limited to one in 30 seconds and 20 a day.
	ErrForceLimit = errors.New("forced token refresh limit reached")

	errReply        = errors.New("reply is not what the API documents")
	errReplyTooLong = errors.New("reply is too long")
)

// Error is the one error type of API calls. It carries no secret.
type Error struct {
	// Op names the operation, such as template.send.
	Op string
	// Code is the platform's errcode, 0 when the platform gave none.
	Code int
	// Msg is the platform's errmsg without its request id. Its text changes
	// without notice: decide by Code or by method, never by Msg.
	Msg string
	// RequestID is the platform's rid, which its support asks for.
	RequestID string
	// HTTPStatus is set when the reply was not HTTP 200, which the API itself
	// never answers.
	HTTPStatus int
	// Err is the cause when the failure was not the platform's verdict.
	Err error

	class class
}

// class says what a caller may do next.
type class uint8

const (
	classByCode class = iota
	classRejected
	classRetryable
	classQuota
	classUnknown
)

// Error describes the failure in English with the platform's own text.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("wechat: " + e.Op)
	if e.HTTPStatus != 0 {
		fmt.Fprintf(&b, ": http status %d", e.HTTPStatus)
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, ": errcode %d", e.Code)
	}
	if e.Msg != "" {
		b.WriteString(": " + e.Msg)
	}
	if m := e.Explain().English; m != "" && m != e.Msg {
		b.WriteString(" (" + m + ")")
	}
	if e.RequestID != "" {
		b.WriteString(" rid " + e.RequestID)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause, for errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// Rejected reports that the platform, or this package, refused the call for
// good: nothing was done and the same call would be refused again.
func (e *Error) Rejected() bool { return e.outcome() == classRejected }

// Retryable reports that nothing was done, or that doing it twice is harmless,
// and that the same call may succeed later; see RetryAfter.
func (e *Error) Retryable() bool { return e.outcome() == classRetryable }

// QuotaExhausted reports that nothing was done because an allowance is used
// up: the day's calls, the month's mass messages, or the custom messages that
// a follower's last action allowed.
func (e *Error) QuotaExhausted() bool { return e.outcome() == classQuota }

// Unknown reports that the request left and no reliable answer came, so the
// platform may have done it. Never repeat such a call unless it carries a
// deduplication key.
func (e *Error) Unknown() bool { return e.outcome() == classUnknown }

// Unreachable reports that this person cannot be told anything by this kind of
// message until they act themselves: they do not follow, refuse or blocked the
// account, or their message window is closed. Such an error is also Rejected.
func (e *Error) Unreachable() bool {
	switch e.Code {
	case 43004, 43019, 43101, 45015, 48002, 50005:
		return true
	}
	return false
}

// RetryAfter is the least time to wait before a Retryable call is repeated;
// zero means that the caller's own backoff decides. It is no promise.
func (e *Error) RetryAfter() time.Duration {
	switch {
	case errors.Is(e.Err, ErrForceLimit):
		return forceEvery
	case e.Code == 45011 || e.Code == 45066 || e.Code == 43117:
		return time.Minute
	}
	return 0
}

func (e *Error) outcome() class {
	if e.class != classByCode {
		return e.class
	}
	if e.Code == 0 {
		return classUnknown
	}
	return remedyOf(e.Code).class()
}

// asError puts any failure on the way to a call into an Error; one that is
// already an Error keeps its own operation.
func asError(op string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return &Error{Op: op, Err: err, class: classRetryable}
}

// invalid is a refusal before anything was sent.
func invalid(op, format string, args ...any) error {
	return &Error{Op: op, Msg: fmt.Sprintf(format, args...), Err: ErrInvalid, class: classRejected}
}

// tokenIsBad tells the verdicts that call for another access token.
func tokenIsBad(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Code == 40001 || e.Code == 40014 || e.Code == 42001)
}

// tokenFailure joins a call refused for its token with the reason why there is
// no better one. What the token endpoint said tells more than the first
// refusal.
func tokenFailure(refused, renewal error) error {
	var e *Error
	if errors.As(renewal, &e) {
		return renewal
	}
	if errors.As(refused, &e) {
		e.Err = renewal
	}
	return refused
}

// splitRequestID takes the platform's request id off the end of an errmsg.
func splitRequestID(msg string) (text, rid string) {
	i := strings.LastIndex(msg, "rid:")
	if i < 0 {
		return msg, ""
	}
	return strings.TrimRight(msg[:i], " ,"), strings.TrimSpace(msg[i+len("rid:"):])
}
