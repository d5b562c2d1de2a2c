package password_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/password"
)

func TestAHashVerifiesItsPasswordOnly(t *testing.T) {
	h := password.New(2)
	for _, pwd := range []string{"correct horse", "密码是八个字以上", strings.Repeat("x", 128)} {
		encoded, err := h.Hash(t.Context(), pwd)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(encoded, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("cost is not as promised: %s", encoded)
		}
		if ok, err := h.Verify(t.Context(), pwd, encoded); !ok || err != nil {
			t.Errorf("own password: %v, %v", ok, err)
		}
		if ok, err := h.Verify(t.Context(), pwd+" ", encoded); ok || err != nil {
			t.Errorf("other password: %v, %v", ok, err)
		}
	}
}

func TestEqualPasswordsHaveDifferentHashes(t *testing.T) {
	h := password.New(1)
	a, _ := h.Hash(t.Context(), "the same one")
	b, _ := h.Hash(t.Context(), "the same one")
	if a == b {
		t.Error("two hashes share a salt")
	}
}

func TestAnEmptyHashNeverVerifies(t *testing.T) {
	h := password.New(1)
	for _, pwd := range []string{"", "anything at all"} {
		if ok, err := h.Verify(t.Context(), pwd, ""); ok || err != nil {
			t.Errorf("Verify(%q, empty) = %v, %v", pwd, ok, err)
		}
	}
}

// The vector was made with the reference implementation's command line:
// password "password", salt "somesalt", -id -t 2 -m 16 -p 1 -l 32.
func TestTheReferenceVectorVerifies(t *testing.T) {
	const encoded = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, err := password.New(1).Verify(t.Context(), "password", encoded)
	if !ok || err != nil {
		t.Errorf("Verify = %v, %v", ok, err)
	}
}

func TestDamagedHashesAreErrorsThatTellNothing(t *testing.T) {
	h := password.New(1)
	for _, encoded := range []string{
		"x", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=99,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA", "$argon2id$v=19$m=64,t=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
	} {
		ok, err := h.Verify(t.Context(), "password", encoded)
		if ok || fault.KindOf(err) != fault.Internal || strings.Contains(err.Error(), "c29tZXNhbHQ") {
			t.Errorf("Verify(%q) = %v, %v", encoded, ok, err)
		}
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	h := password.New(1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			// A place may be free, so either answer is right; a refusal must be the retryable one.
			if _, err := h.Hash(ctx, "some password"); err != nil && fault.KindOf(err) != fault.Unavailable {
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	if _, err := h.Hash(t.Context(), "some password"); err != nil {
		t.Errorf("a place was lost: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	h := password.New(1)
	f.Add("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, encoded string) {
		if ok, err := h.Verify(t.Context(), "not the password", encoded); ok && err != nil {
			t.Error("verified with an error")
		}
	})
}
