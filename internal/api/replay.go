package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"

	"github.com/paypush/paypush/internal/fault"
)

// Scope is where an Idempotency-Key holds: one caller, one method, one path.
type Scope struct {
	KeyID, Method, Path, Key string
}

// Replay is the first answer to a request.
type Replay struct {
	Scope  Scope
	Hash   string // SHA-256 of the request's body
	Status int
	Body   []byte
}

// Replays keeps first answers, for 24 hours at least.
type Replays interface {
	// Find looks up the first answer given in a scope.
	Find(ctx context.Context, s Scope) (Replay, bool, error)
	// Attach returns a context under which the next transaction of any store
	// also stores r; that transaction fails with a fault coded
	// "idempotency_in_flight" where the scope has an answer already.
	Attach(ctx context.Context, r Replay) context.Context
	// Keep stores r by itself; it fails with the same fault where the scope has
	// an answer already.
	Keep(ctx context.Context, r Replay) error
}

var (
	errKeyReused = fault.New(fault.Conflict, "idempotency_key_reused",
		"This Idempotency-Key was used with another body. Use a new key for a new request.")
	errKeyFormat = fault.Input("/Idempotency-Key", "idempotency_key_invalid",
		"The Idempotency-Key must be 1 to 255 printable ASCII characters.")
	errInFlight = fault.New(fault.Conflict, "idempotency_in_flight",
		"A request with this Idempotency-Key is under way. Try again.")
)

// Idempotent is the header and the raw body of every POST that creates. It is
// exported since huma passes over embedded types that are not.
type Idempotent struct {
	Keyed
	RawBody []byte
}

// Keyed is the header alone, for a POST without a body.
type Keyed struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Repeating a request with the same key and body answers the first answer again, for 24 hours at least"`
}

// once answers a POST: with the first answer where there is one, otherwise by
// place, which stores the answer together with its effect. A twin that commits
// in between is found the second time. It returns the first answer's status, 0
// where this is the first.
func (a *API) once(ctx context.Context, s Scope, raw []byte, out any, place func(context.Context) error) (first int, err error) {
	for range 2 {
		if first, err = a.replay(ctx, s, raw, out); err != nil || first != 0 {
			return first, err
		}
		if err = place(ctx); !errors.Is(err, errInFlight) {
			return 0, err
		}
	}
	return 0, err
}

// answer is where the parts of an answer go that acted gives.
type answer struct {
	status   int     // of the first answer
	body     any     // a pointer, which act fills
	replayed *string // the Idempotent-Replayed header
}

// acted answers a POST that acts on what is there already, or on nothing: with
// the first answer where there is one, otherwise by act, which fills the body.
// The answer is kept after the effect, not with it: such an act takes effect once
// by itself, whoever repeats it. raw is nil for a POST without a body. An error
// is returned as a problem.
func (a *API) acted(ctx context.Context, s Scope, raw []byte, to answer, act func() error) error {
	first, err := a.replay(ctx, s, raw, to.body)
	if err == nil && first == 0 {
		if err = act(); err == nil {
			a.keep(ctx, s, raw, to.status, to.body)
		}
	}
	if err != nil {
		return a.problem(ctx, err)
	}
	*to.replayed = mark(first)
	return nil
}

// keep stores an answer by itself. That it could not is not the caller's
// concern: what was asked for is done.
func (a *API) keep(ctx context.Context, s Scope, raw []byte, httpStatus int, answer any) {
	if s.Key == "" {
		return
	}
	body, err := json.Marshal(answer)
	if err == nil {
		err = a.Replays.Keep(ctx, Replay{Scope: s, Hash: hash(raw), Status: httpStatus, Body: body})
	}
	if err != nil && !errors.Is(err, errInFlight) {
		a.Log.ErrorContext(ctx, "an answer was not kept", slog.Any("error", err))
	}
}

// mark is the value of the Idempotent-Replayed header, by the status of the
// first answer.
func mark(first int) string {
	if first != 0 {
		return "true"
	}
	return ""
}

// replay finds the first answer to this request, reads its body into out and
// returns its status. Without a key, or with a new one, that is 0.
func (a *API) replay(ctx context.Context, s Scope, raw []byte, out any) (first int, err error) {
	if s.Key == "" {
		return 0, nil
	}
	if !goodKey(s.Key) {
		return 0, errKeyFormat
	}
	r, ok, err := a.Replays.Find(ctx, s)
	if err != nil || !ok {
		return 0, err
	}
	if r.Hash != hash(raw) {
		return 0, errKeyReused
	}
	return r.Status, json.Unmarshal(r.Body, out)
}

// remember attaches the answer to the transaction that will make it true.
func (a *API) remember(ctx context.Context, s Scope, raw []byte, httpStatus int, answer any) (context.Context, error) {
	if s.Key == "" {
		return ctx, nil
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	return a.Replays.Attach(ctx, Replay{Scope: s, Hash: hash(raw), Status: httpStatus, Body: body}), nil
}

func goodKey(k string) bool {
	for i := range len(k) {
		if k[i] < 0x21 || k[i] > 0x7e {
			return false
		}
	}
	return len(k) <= 255
}

func hash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
