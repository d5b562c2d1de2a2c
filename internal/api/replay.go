package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

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
// in between is found the second time.
func (a *API) once(ctx context.Context, s Scope, raw []byte, out any, place func(context.Context) error) (replayed bool, err error) {
	for range 2 {
		if replayed, err = a.replay(ctx, s, raw, out); err != nil || replayed {
			return replayed, err
		}
		if err = place(ctx); !errors.Is(err, errInFlight) {
			return false, err
		}
	}
	return false, err
}

// acted answers a POST without a body that acts on what is there already: with
// the first answer where there is one, otherwise by act, which fills out. The
// answer is kept after the effect, not with it: such an act takes effect once
// by itself, whoever repeats it.
func (a *API) acted(ctx context.Context, s Scope, out any, act func() error) (replayed bool, err error) {
	if replayed, err = a.replay(ctx, s, nil, out); err != nil || replayed {
		return replayed, err
	}
	if err = act(); err != nil || s.Key == "" {
		return false, err
	}
	body, err := json.Marshal(out)
	if err == nil {
		err = a.Replays.Keep(ctx, Replay{Scope: s, Hash: hash(nil), Status: http.StatusOK, Body: body})
	}
	if err != nil && !errors.Is(err, errInFlight) {
		a.Log.ErrorContext(ctx, "an answer was not kept", slog.Any("error", err))
	}
	return false, nil
}

// mark is the value of the Idempotent-Replayed header.
func mark(replayed bool) string {
	if replayed {
		return "true"
	}
	return ""
}

// replay finds the first answer to this request and reads its body into out.
// Without a key, or with a new one, it reports false.
func (a *API) replay(ctx context.Context, s Scope, raw []byte, out any) (found bool, err error) {
	if s.Key == "" {
		return false, nil
	}
	if !goodKey(s.Key) {
		return false, errKeyFormat
	}
	r, ok, err := a.Replays.Find(ctx, s)
	if err != nil || !ok {
		return false, err
	}
	if r.Hash != hash(raw) {
		return false, errKeyReused
	}
	return true, json.Unmarshal(r.Body, out)
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
