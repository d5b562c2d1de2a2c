package alipay

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

var (
	// ErrSignature is the sentinel of everything whose signature is missing or
	// wrong. Nothing in such a reply or notice may be believed.
	ErrSignature = errors.New("bad signature")
	// ErrMalformed is the sentinel of a reply, notice or bill that can't be read.
	ErrMalformed = errors.New("malformed")
	// ErrAccount is the sentinel of a genuine notice or return URL that is meant
	// for another app or seller than the client's.
	ErrAccount = errors.New("meant for another account")
	// ErrInvalid is the sentinel of arguments that were refused before anything
	// was signed or sent.
	ErrInvalid = errors.New("invalid argument")
)

const maxErrorRaw = 4 << 10

// Error is how every failed call ends. It is told apart by [Error.Rejected],
// [Error.Retryable] and [Error.Unknown], and by errors.Is with a [SubCode],
// [ErrSignature], [ErrMalformed], [ErrInvalid] or a context error.
type Error struct {
	// Method is the API name, as "alipay.trade.refund".
	Method string
	// Code and Msg are the gateway's code, as "40004", and its fixed text. They
	// are empty when no reply was read. By V3 the code is the HTTP status.
	Code, Msg string
	// SubCode and SubMsg are the reason, as "ACQ.TRADE_NOT_EXIST", and a text for
	// people, mostly Chinese. For a signature refusal SubMsg repeats what the
	// gateway thinks was signed, tokens included: don't show it to others.
	SubCode, SubMsg string
	// TraceID is what Alipay's support asks for; empty if the gateway sent none.
	TraceID string
	// HTTPStatus is the status of the reply, 0 when there was none.
	HTTPStatus int
	// Verified tells whether the reply bore a good signature. Refusals that the
	// gateway decides before it knows the app come without one, and all of V3.
	Verified bool
	// Raw is the start of the reply, at most 4 KiB. It may hold personal data.
	Raw []byte
	// Err is the cause when the failure is not the gateway's answer.
	Err error

	unsent bool
}

// Error answers one line without parameters, keys, tokens or personal data.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("alipay: ")
	b.WriteString(e.Method)
	for _, text := range []string{strings.TrimSpace(printable(e.Code, 16) + " " + printable(e.Msg, 64)), printable(e.SubCode, 96)} {
		if text != "" {
			b.WriteString(": " + text)
		}
	}
	if e.SubMsg != "" && !InvalidSignature.matches(e.SubCode) {
		text, _, _ := strings.Cut(e.SubMsg, "http")
		b.WriteString(" (" + printable(text, 120) + ")")
	}
	if e.HTTPStatus != 0 && e.HTTPStatus != 200 {
		fmt.Fprintf(&b, ": HTTP %d", e.HTTPStatus)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.TraceID != "" {
		b.WriteString(" [trace " + printable(e.TraceID, 64) + "]")
	}
	return b.String()
}

// printable keeps what a stranger wrote from breaking the line of a log.
func printable(s string, most int) string {
	var b strings.Builder
	for _, r := range s {
		if most--; most < 0 {
			break
		}
		if !unicode.IsPrint(r) {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Unwrap answers the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is matches a [SubCode] of an answer that may be believed, leniently about the
// prefix ("ACQ.", "isv.") which differs between versions of the platform.
func (e *Error) Is(target error) bool {
	code, ok := target.(SubCode)
	return ok && e.Code != "" && e.Err == nil && code.matches(e.SubCode)
}

// Rejected reports that Alipay, or the client before it, refused the call: it had
// no effect, and the same call will be refused again until something else changes.
func (e *Error) Rejected() bool {
	if e.Err != nil {
		return errors.Is(e.Err, ErrInvalid)
	}
	return e.Code != "" && !e.limited() && !e.trouble()
}

// Retryable reports that the same call may be sent again at once without any risk
// of doing something twice: it never left, or it was refused as one too many, or
// it reads only, or it is a close or cancel, which Alipay expects to be repeated.
func (e *Error) Retryable() bool {
	if e.unsent {
		return !errors.Is(e.Err, ErrInvalid)
	}
	return e.limited() || e.Unknown() && repeatable(e.Method)
}

// Unknown reports that the call may or may not have had its effect: the reply is
// missing, cut, unverifiable, or says that Alipay itself does not know. Ask by a
// query with the same numbers before anything is decided.
func (e *Error) Unknown() bool {
	if e.unsent {
		return false
	}
	return !e.Rejected() && !e.limited()
}

func (e *Error) limited() bool {
	return e.Err == nil && (e.Code == "40005" || e.HTTPStatus == 429)
}

// trouble reports an answer by which Alipay says that it does not know either.
func (e *Error) trouble() bool {
	return e.Code == "20000" || e.HTTPStatus >= 500 || SystemError.matches(e.SubCode) || UnknownError.matches(e.SubCode) ||
		SubCode("UNKNOWN_ERROR").matches(e.SubCode) || SubCode("REQUEST_PROCESSING").matches(e.SubCode)
}

func repeatable(method string) bool {
	return strings.HasSuffix(method, ".query") || method == "alipay.trade.close" || method == "alipay.trade.cancel"
}

func invalid(method, format string, args ...any) *Error {
	cause := fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
	return &Error{Method: method, Err: cause, unsent: true}
}
