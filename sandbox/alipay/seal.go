package alipay

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

var errSealed = errors.New("the content does not fit the key")

// seal encrypts content as the platform does: AES-CBC with an initial vector of
// zeros and PKCS#7 padding, in base64.
func seal(key []byte, plain string) (string, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	raw := append([]byte(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(raw, raw)
	return base64.StdEncoding.EncodeToString(raw), nil
}

// unseal reverses seal.
func unseal(key []byte, sealed string) (string, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(sealed))
	if err != nil || len(raw) == 0 || len(raw)%aes.BlockSize != 0 {
		return "", errSealed
	}
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(raw, raw)
	pad := int(raw[len(raw)-1])
	if pad == 0 || pad > aes.BlockSize || !bytes.Equal(raw[len(raw)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return "", errSealed
	}
	return string(raw[:len(raw)-pad]), nil
}

// open reads biz_content, encrypted or not. An answer to encrypted content is
// encrypted too.
func (c *call) open() (refusal, bool) {
	content := c.param("biz_content")
	switch kind := c.params["encrypt_type"]; {
	case kind == "" && looksSealed(content):
		return refuse("isv.decryption-error-missing-encrypt-type"), true
	case kind != "" && kind != "AES":
		return refuse("isv.invalid-encrypt-type"), true
	case kind == "AES" && content != "":
		plain, err := unseal(c.app.aesKey, content)
		if err != nil || !json.Valid([]byte(plain)) {
			return refuse("isv.invalid-encrypt"), true
		}
		content, c.sealed = c.charset.decode(plain), true
	}
	var err error
	if c.biz, err = parseBiz(content); err != nil {
		return refuse("isv.illegal-json"), true
	}
	return refusal{}, false
}

// looksSealed tells encrypted content from JSON that is merely broken.
func looksSealed(content string) bool {
	raw, err := base64.StdEncoding.DecodeString(content)
	return err == nil && len(raw) > 0 && len(raw)%aes.BlockSize == 0
}
