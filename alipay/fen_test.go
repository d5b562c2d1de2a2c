package alipay_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/paypush/paypush/alipay"
)

func TestParseFen(t *testing.T) {
	good := map[string]alipay.Fen{
		"0.01": 1, "0.1": 10, "12": 1200, "12.3": 1230, "12.34": 1234, "12.340": 1234, "12.3400": 1234,
		"-0.05": -5, "100000000.00": alipay.MaxAmount, "0": 0, "0.00": 0, "007": 700, "999999999999999.99": 99999999999999999,
	}
	for text, want := range good {
		if got, err := alipay.ParseFen(text); err != nil || got != want {
			t.Errorf("ParseFen(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "-", ".", ".5", "1.", "1e3", "1,000", "+1", " 1", "1 ", "0x1", "--1", "1.2.3", "0.001", "一", "1000000000000000", "NaN",
	} {
		if got, err := alipay.ParseFen(text); err == nil {
			t.Errorf("ParseFen(%q) = %d, want an error", text, got)
		}
	}
}

func TestFenString(t *testing.T) {
	for n, want := range map[alipay.Fen]string{
		0: "0.00", 1: "0.01", 10: "0.10", 1234: "12.34", -5: "-0.05", -100: "-1.00",
		math.MaxInt64: "92233720368547758.07", math.MinInt64: "-92233720368547758.08",
	} {
		if got := n.String(); got != want {
			t.Errorf("%d = %q, want %q", int64(n), got, want)
		}
	}
}

func TestFenJSON(t *testing.T) {
	var v struct{ A, B, C, D, E alipay.Fen }
	if err := json.Unmarshal([]byte(`{"A":"1.5","B":0.01,"C":"","D":null,"E":-3}`), &v); err != nil {
		t.Fatal(err)
	}
	if v.A != 150 || v.B != 1 || v.C != 0 || v.D != 0 || v.E != -300 {
		t.Errorf("%+v", v)
	}
	out, err := json.Marshal(v)
	if err != nil || string(out) != `{"A":"1.50","B":"0.01","C":"0.00","D":"0.00","E":"-3.00"}` {
		t.Errorf("%s, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"A":1e3}`), &v); err == nil {
		t.Error("an exponent was read as an amount")
	}
}

func FuzzParseFen(f *testing.F) {
	for _, s := range []string{"12.34", "-0.1", "1e3", "999999999999999.99", "0.000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := alipay.ParseFen(s)
		if err != nil {
			return
		}
		again, err := alipay.ParseFen(n.String())
		if err != nil || again != n {
			t.Errorf("%q = %d, written %q and read %d, %v", s, int64(n), n, int64(again), err)
		}
	})
}
