package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/paypush/paypush/internal/fault"
)

func TestWrapKeepsKindCodeAndFields(t *testing.T) {
	base := fault.Input("/amount", "amount_out_of_range", "The amount is out of range.")
	err := fault.Wrap("pay.Draft", fmt.Errorf("reading: %w", base))
	if got := fault.KindOf(err); got != fault.Invalid {
		t.Errorf("kind = %q, want invalid", got)
	}
	if got := fault.CodeOf(err); got != "amount_out_of_range" {
		t.Errorf("code = %q", got)
	}
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Pointer != "/amount" {
		t.Errorf("fields lost: %+v", f)
	}
	if !errors.Is(err, base) {
		t.Error("errors.Is does not find the base error")
	}
}

func TestForeignErrorsAreInternalAndKeepTheirCause(t *testing.T) {
	err := fault.Wrap("store.Order", io.ErrUnexpectedEOF)
	if fault.KindOf(err) != fault.Internal || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if fault.Wrap("x", nil) != nil {
		t.Error("wrapping nil must stay nil")
	}
	if fault.KindOf(nil) != "" {
		t.Error("nil has no kind")
	}
}

func TestIsComparesCodes(t *testing.T) {
	missing := fault.New(fault.NotFound, "order_not_found", "There is no such order.")
	other := fault.New(fault.NotFound, "member_not_found", "There is no such member.")
	err := fault.Wrap("op", missing.Because("sql", io.EOF))
	if !errors.Is(err, missing) || errors.Is(err, other) || !errors.Is(err, io.EOF) {
		t.Errorf("Is is wrong for %v", err)
	}
}
