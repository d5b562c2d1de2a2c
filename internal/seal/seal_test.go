package seal_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/seal"
)

func ring(t *testing.T, lines ...string) seal.Ring {
	t.Helper()
	r, err := seal.Parse(strings.Join(lines, "\n") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatIsSealedOpensUnderItsNameAlone(t *testing.T) {
	r := ring(t, seal.NewKey())
	sealed, err := r.Seal("whe_1", []byte("whsec_x"))
	if err != nil || bytes.Contains(sealed, []byte("whsec")) {
		t.Fatalf("%q %v", sealed, err)
	}
	if plain, err := r.Open("whe_1", sealed); err != nil || string(plain) != "whsec_x" {
		t.Errorf("%q %v", plain, err)
	}
	if _, err := r.Open("whe_2", sealed); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("another name: %v", err)
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := r.Open("whe_1", broken); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := r.Open("whe_1", sealed[:i]); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("cut to %d: %v", i, err)
		}
	}
	again, err := r.Seal("whe_1", []byte("whsec_x"))
	if err != nil || bytes.Equal(again, sealed) {
		t.Error("two sealings are the same")
	}
}

func TestKeysAreChangedByPuttingANewOneOnTop(t *testing.T) {
	old, fresh := seal.NewKey(), seal.NewKey()
	before, err := ring(t, old).Seal("n", []byte("p"))
	if err != nil {
		t.Fatal(err)
	}
	both := ring(t, fresh, old)
	if plain, err := both.Open("n", before); err != nil || string(plain) != "p" {
		t.Errorf("sealed with the old key: %q %v", plain, err)
	}
	after, err := both.Seal("n", []byte("p"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring(t, fresh).Open("n", after); err != nil {
		t.Errorf("sealed with the new key: %v", err)
	}
	if _, err := ring(t, fresh).Open("n", before); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("without the old key: %v", err)
	}
}

func TestNoKeyAndBadKeys(t *testing.T) {
	if _, err := ring(t).Seal("n", nil); !errors.Is(err, seal.ErrNoKey) {
		t.Errorf("sealed without a key: %v", err)
	}
	for _, text := range []string{"secret", "c2hvcnQ=", seal.NewKey() + "x"} {
		if _, err := seal.Parse(text); err == nil || strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	r, err := seal.Parse(seal.NewKey())
	if err != nil {
		f.Fatal(err)
	}
	good, err := r.Seal("n", []byte("p"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if plain, err := r.Open("n", b); err == nil && !bytes.Equal(b, good) {
			t.Errorf("opened %x as %q", b, plain)
		}
	})
}
