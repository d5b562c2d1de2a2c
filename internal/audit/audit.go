// Package audit remembers who changed money, people or settings: one row for
// each change, written in the same transaction, that no role can take back.
//
// It is not the log, which may be lost, and not the events, which tell others
// what happened: this tells the team which of them did it.
//
// The rule that surprises: nobody passes an entry to a store. A page or a call
// notes it in the context with [Note], and the next transaction of any domain
// that begins under that context writes it too, so that both are committed or
// neither is.
package audit

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/paypush/paypush/internal/request"
)

// Entry is one change that somebody made.
type Entry struct {
	ID        string    // aud_..., set by the store
	At        time.Time // UTC, real time, set by the store
	Actor     string    // who: "member:mem_...", "key:key_...", "openid:..." or "command"
	Action    Action    // what
	Object    string    // on which thing: its id
	RequestID string    // empty for the command line
	Was       string    // the thing before, in short; empty where there was nothing
	Became    string    // the thing after, or what was asked for, in short
}

// The prefixes of actors that are not the command line.
const (
	MemberActor = "member:"
	KeyActor    = "key:"
	OpenIDActor = "openid:"
	Command     = "command"
)

// Filter selects a page of entries, newest first.
type Filter struct {
	Object string // only about this thing, or
	Actor  string // only by this one; not both
	Before string // an entry's id of the page before; empty for the newest
	Limit  int    // 1 to 100
}

// Reader reads the trail. Nothing can be changed through it, nor otherwise.
type Reader interface {
	// Entries lists entries, newest first.
	Entries(ctx context.Context, f Filter) ([]Entry, error)
}

// maxText bounds each of an entry's short texts, in bytes.
const maxText = 500

type actorKey struct{}

// By says who acts under ctx.
func By(ctx context.Context, actor string) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

// ActorOf tells who acts under ctx; empty where nobody said so.
func ActorOf(ctx context.Context) string {
	a, _ := ctx.Value(actorKey{}).(string)
	return a
}

type pendingKey struct{}

// Pending is an entry on its way into the next transaction.
type Pending struct {
	entry   Entry
	written atomic.Bool
}

// Note returns a context under which the next transaction of any domain that
// commits writes e too. The actor and the request id are those of ctx unless e
// names them. Transactions after that one write nothing more.
func Note(ctx context.Context, e Entry) context.Context {
	if e.Actor == "" {
		e.Actor = ActorOf(ctx)
	}
	if e.RequestID == "" {
		e.RequestID = request.ID(ctx)
	}
	e.Was, e.Became = short(e.Was), short(e.Became)
	return context.WithValue(ctx, pendingKey{}, &Pending{entry: e})
}

// Silent gives ctx without what was noted, for a transaction that is no effect
// of the change, such as a count of failures.
func Silent(ctx context.Context) context.Context {
	if ctx.Value(pendingKey{}) == nil {
		return ctx
	}
	return context.WithValue(ctx, pendingKey{}, (*Pending)(nil))
}

// Noted finds what is to be written in a transaction under ctx, nil for
// nothing. It is for stores.
func Noted(ctx context.Context) *Pending {
	p, _ := ctx.Value(pendingKey{}).(*Pending)
	if p == nil || p.written.Load() {
		return nil
	}
	return p
}

// Entry is what is to be written.
func (p *Pending) Entry() Entry { return p.entry }

// Done notes that the transaction with the entry was committed. It may be
// called on nil.
func (p *Pending) Done() {
	if p != nil {
		p.written.Store(true)
	}
}

// Name fills in the object of what was noted, for a thing that gets its id
// only when it is made. It must not be called from two goroutines at once.
func Name(ctx context.Context, object string) {
	if p := Noted(ctx); p != nil && p.entry.Object == "" {
		p.entry.Object = object
	}
}

// Mask keeps the ends of an openid, so that the trail, which is never deleted,
// names a phone without holding what identifies a person.
func Mask(openID string) string {
	if len(openID) < 12 {
		return "…"
	}
	return openID[:4] + "…" + openID[len(openID)-4:]
}

// short cuts a text at a character within the bound.
func short(s string) string {
	if len(s) <= maxText {
		return s
	}
	cut := maxText
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut]
}
