package alipay_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

func aesKey(t *testing.T, text string) []byte {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// encrypted is AES-CBC with a zero vector and padding, in base64.
func encrypted(t *testing.T, key []byte, plain string) string {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	n := 16 - len(plain)%16
	raw := append([]byte(plain), bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, make([]byte, 16)).CryptBlocks(raw, raw)
	return base64.StdEncoding.EncodeToString(raw)
}

func decrypted(t *testing.T, key []byte, text string) string {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw)%16 != 0 {
		t.Fatalf("%q is no ciphertext: %v", text, err)
	}
	cipher.NewCBCDecrypter(block, make([]byte, 16)).CryptBlocks(raw, raw)
	return string(raw[:len(raw)-int(raw[len(raw)-1])])
}

func TestEncryptedContentIsAnsweredEncrypted(t *testing.T) {
	b := newBench(t)
	key := aesKey(t, b.creds.AESKey)
	b.openLink(order("o1", "1"), nil)
	for number, want := range map[string]string{"o1": "WAIT_BUYER_PAY", "nobody": ""} {
		q := b.call("alipay.trade.query", encrypted(t, key, `{"out_trade_no":"`+number+`"}`))
		q["encrypt_type"] = "AES"
		a := b.send(q)
		if !verifies(b.alipay, "RSA2", a.inner, a.sign) {
			t.Error("the quoted ciphertext is not what is signed")
		}
		var inner struct {
			Status string `json:"trade_status"`
		}
		plain := decrypted(t, key, strings.Trim(a.inner, `"`))
		if err := json.Unmarshal([]byte(plain), &inner); err != nil || inner.Status != want {
			t.Errorf("decrypted to %s: %v", plain, err)
		}
	}
	b.do("alipay.trade.query", map[string]any{"out_trade_no": "o1"}).want(t, "10000", "")
}

func TestWhatEncryptionIsRefusedFor(t *testing.T) {
	b := newBench(t)
	key := aesKey(t, b.creds.AESKey)
	tests := []struct{ name, content, kind, code, sub string }{
		{"no encrypt_type", encrypted(t, key, `{}`), "", "40001", "isv.decryption-error-missing-encrypt-type"},
		{"another type", encrypted(t, key, `{}`), "DES", "40002", "isv.invalid-encrypt-type"},
		{"another key", encrypted(t, bytes.Repeat([]byte{7}, 16), `{"out_trade_no":"o1"}`), "AES", "40002", "isv.invalid-encrypt"},
		{"no ciphertext", "{}", "AES", "40002", "isv.invalid-encrypt"},
		{"half a block", "AAAA", "AES", "40002", "isv.invalid-encrypt"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := b.call("alipay.trade.query", tt.content)
			if tt.kind != "" {
				q["encrypt_type"] = tt.kind
			}
			b.send(q).want(t, tt.code, tt.sub)
		})
	}
}
