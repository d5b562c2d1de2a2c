// Package seal locks secrets up before they are stored: AES-256-GCM under keys
// from a file that is the same on every node.
//
// It is not for passwords, which are hashed, and not for API keys, of which a
// digest is kept. It is for what must be read again.
//
// The rule that surprises: the file may hold several keys, one on each line.
// The first seals and all of them open, so a key is changed by putting a new
// one on top and removing the old one once nothing is sealed with it.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// The errors of this package. They hold nothing of a key.
var (
	ErrNoKey  = errors.New("there is no key to seal with")
	ErrOpen   = errors.New("the sealed bytes don't open: another key, another name, or damage")
	errFormat = errors.New("must hold the base64 of 32 random bytes; make it with: openssl rand -base64 32")
)

// Ring seals and opens. The zero value has no key. It is safe for any number
// of goroutines.
type Ring struct{ keys []key }

type key struct {
	aead cipher.AEAD
	mark [markSize]byte // tells which key sealed
}

// A sealed value is a format byte, the key's mark, a nonce and the ciphertext.
const (
	format   = 1
	markSize = 4
	keySize  = 32
)

// Parse reads keys, base64 of 32 bytes on each line, the sealing one first.
func Parse(text string) (Ring, error) {
	var r Ring
	for i, line := range strings.Fields(text) {
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != keySize {
			return Ring{}, fmt.Errorf("key %d: %w", i+1, errFormat)
		}
		block, err := aes.NewCipher(raw)
		if err != nil {
			return Ring{}, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return Ring{}, err
		}
		k := key{aead: aead}
		sum := sha256.Sum256(append([]byte("paypush seal mark "), raw...))
		copy(k.mark[:], sum[:])
		r.keys = append(r.keys, k)
	}
	return r, nil
}

// NewKey makes a key as a file holds it.
func NewKey() string {
	var b [keySize]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails
	return base64.StdEncoding.EncodeToString(b[:])
}

// Seal locks plain up under a name. It fails with [ErrNoKey] where there is no
// key.
func (r Ring) Seal(name string, plain []byte) ([]byte, error) {
	if len(r.keys) == 0 {
		return nil, ErrNoKey
	}
	k := r.keys[0]
	out := append([]byte{format}, k.mark[:]...)
	nonce := make([]byte, k.aead.NonceSize())
	rand.Read(nonce) //nolint:errcheck // crypto/rand.Read never fails
	return k.aead.Seal(append(out, nonce...), nonce, plain, []byte(name)), nil
}

// Open unlocks what was sealed under the same name, or fails with [ErrOpen].
func (r Ring) Open(name string, sealed []byte) ([]byte, error) {
	const head = 1 + markSize
	if len(r.keys) == 0 {
		return nil, ErrNoKey
	}
	for _, k := range r.keys {
		size := k.aead.NonceSize()
		if len(sealed) < head+size || sealed[0] != format || string(sealed[1:head]) != string(k.mark[:]) {
			continue
		}
		if plain, err := k.aead.Open(nil, sealed[head:head+size], sealed[head+size:], []byte(name)); err == nil {
			return plain, nil
		}
	}
	return nil, ErrOpen
}
