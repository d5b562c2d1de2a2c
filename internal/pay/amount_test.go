package pay_test

import (
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

func TestParseYuan(t *testing.T) {
	good := map[string]pay.Amount{
		"0.01": 1, "0.1": 10, "1": 100, "12.3": 1230, "12.34": 1234, " 8 ": 800, "007": 700,
		"100000000": pay.MaxAmount, "100000000.00": pay.MaxAmount, "99999999.99": pay.MaxAmount - 1,
	}
	for text, want := range good {
		if got, err := pay.ParseYuan(text); err != nil || got != want {
			t.Errorf("ParseYuan(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	bad := []string{"", " ", "0", "0.00", "-1", "+1", "1e3", "12.345", "12.", ".5", "1.2.3", "100000001", "100000000.01",
		"1,000", "1 000", "abc", "１２", "12元", "0x10", "Inf", "NaN", "1_0", "\t1", "1\n", strings.Repeat("9", 1<<20)}
	for _, text := range bad {
		got, err := pay.ParseYuan(text)
		if fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) != "amount_invalid" {
			t.Errorf("ParseYuan(%.20q) = %d, %v; want amount_invalid", text, got, err)
		}
	}
}

func TestYuanWritesTwoDecimals(t *testing.T) {
	for fen, want := range map[pay.Amount]string{0: "0.00", 1: "0.01", 10: "0.10", 100: "1.00", 1234: "12.34", -5: "-0.05", -1234: "-12.34"} {
		if got := fen.Yuan(); got != want {
			t.Errorf("%d fen = %q, want %q", fen, got, want)
		}
	}
}

// What is written reads back, and whatever reads is in range and reads the
// same after it was written.
func FuzzParseYuan(f *testing.F) {
	for _, s := range []string{"0.01", "100000000", "1e3", "12.345", "-1", "", "0.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := pay.ParseYuan(s)
		if err != nil {
			return
		}
		if a < pay.MinAmount || a > pay.MaxAmount {
			t.Fatalf("%q gave %d, out of range", s, a)
		}
		if again, err := pay.ParseYuan(a.Yuan()); err != nil || again != a {
			t.Fatalf("%q gave %d, written %q, read %d, %v", s, a, a.Yuan(), again, err)
		}
	})
}
