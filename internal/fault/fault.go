// Package fault is the one error model of the program: a small closed set of
// kinds, a stable code for each cause, and a sentence that may be shown.
//
// It is not for the public client packages, which have error types of their
// own; adapters translate those into a fault, once.
//
// The rule that surprises: [Unknown] is not a failure. It says that a platform
// may or may not have acted, so the caller must query before it decides.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is what sort of failure it is. The set is closed: adding one means
// extending the table that maps kinds to HTTP.
type Kind string

// The kinds, from the caller's mistakes to our own.
const (
	Invalid      Kind = "invalid"      // the input breaks a rule; nothing was changed
	NotFound     Kind = "not_found"    // the thing is not there, or not for this caller
	Conflict     Kind = "conflict"     // the state or an earlier request stands against it
	Unauthorized Kind = "unauthorized" // nobody is signed in, or the key is wrong
	Forbidden    Kind = "forbidden"    // signed in, but not allowed
	Throttled    Kind = "throttled"    // too many tries; wait
	Rejected     Kind = "rejected"     // the platform said no
	Unavailable  Kind = "unavailable"  // try again later; nothing was changed
	Unknown      Kind = "unknown"      // the outcome is not known: query before acting
	Internal     Kind = "internal"     // our own defect
)

// Field is one fault of one input field.
type Field struct {
	Pointer string // where, as a JSON pointer such as "/amount"
	Code    string // stable, such as "amount_out_of_range"
	Message string // English, safe to show
}

// Error carries a failure through the layers. Code is stable and public, and
// Message is safe to show; Op and Err are for logs alone.
type Error struct {
	Kind    Kind
	Code    string
	Message string
	Fields  []Field
	Op      string
	Err     error
}

// New makes an error of a kind with a stable code and a message that is safe
// to show to a caller.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Input makes an [Invalid] error about one field.
func Input(pointer, code, message string) *Error {
	return &Error{Kind: Invalid, Code: code, Message: message,
		Fields: []Field{{Pointer: pointer, Code: code, Message: message}}}
}

// Wrap adds an operation to err and keeps the kind, code and message it has;
// an error without a kind becomes [Internal]. Wrapping nil gives nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	var f *Error
	if errors.As(err, &f) {
		return &Error{Kind: f.Kind, Code: f.Code, Message: f.Message, Fields: f.Fields, Op: op, Err: err}
	}
	return &Error{Kind: Internal, Code: "internal", Message: "An internal error occurred.", Op: op, Err: err}
}

// Because returns a copy of e with a cause, for logs.
func (e *Error) Because(op string, cause error) *Error {
	c := *e
	c.Op, c.Err = op, cause
	return &c
}

// Error prints the chain for logs; it is never shown to a caller.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	var inner *Error
	if e.Err != nil && errors.As(e.Err, &inner) {
		b.WriteString(e.Err.Error())
		return b.String()
	}
	fmt.Fprintf(&b, "%s (%s)", e.Message, e.Code)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a fault with the same code, so that a package
// can declare its errors as values and callers can test them with errors.Is.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Kind == e.Kind
}

// KindOf tells the kind of err: [Internal] for an error that has none and ""
// for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var f *Error
	if errors.As(err, &f) {
		return f.Kind
	}
	return Internal
}

// CodeOf tells the stable code of err, "internal" where it has none.
func CodeOf(err error) string {
	var f *Error
	if errors.As(err, &f) {
		return f.Code
	}
	return "internal"
}
