package audit_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/request"
)

func TestANoteBearsWhoAndWhichRequest(t *testing.T) {
	ctx := request.WithID(audit.By(t.Context(), "member:mem_1"))
	if audit.Noted(ctx) != nil {
		t.Fatal("something is noted before anything was")
	}
	ctx = audit.Note(ctx, audit.Entry{Action: audit.OrderClose, Object: "ord_1", Was: strings.Repeat("字", 400)})
	e := audit.Noted(ctx).Entry()
	if e.Actor != "member:mem_1" || e.RequestID != request.ID(ctx) || e.Object != "ord_1" {
		t.Errorf("noted %+v", e)
	}
	if len(e.Was) > 500 || !utf8.ValidString(e.Was) {
		t.Errorf("a long text was kept with %d bytes", len(e.Was))
	}
}

func TestANoteIsWrittenOnce(t *testing.T) {
	ctx := audit.Note(t.Context(), audit.Entry{Action: audit.KeyCreate})
	audit.Name(ctx, "key_1")
	audit.Name(ctx, "key_2")
	p := audit.Noted(ctx)
	if p == nil || p.Entry().Object != "key_1" {
		t.Fatalf("noted %+v", p)
	}
	if audit.Noted(audit.Silent(ctx)) != nil {
		t.Error("a silent context still carries the note")
	}
	p.Done()
	if audit.Noted(ctx) != nil {
		t.Error("it would be written twice")
	}
	(*audit.Pending)(nil).Done()
}

func TestActionsAreDistinct(t *testing.T) {
	seen := map[audit.Action]bool{}
	for _, a := range audit.Actions() {
		if seen[a] || !strings.Contains(string(a), ".") {
			t.Errorf("action %q", a)
		}
		seen[a] = true
	}
}
