package alipay

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// contentCipher encrypts biz_content and decrypts replies with the AES key of an
// app. The platform fixes CBC with an IV of zeros and PKCS #7 padding; a signature
// is checked before anything is decrypted.
type contentCipher struct{ block cipher.Block }

// newContentCipher reads the key as the console shows it, base64 of 16 bytes.
func newContentCipher(key string) (*contentCipher, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(key))
	if err != nil {
		return nil, fmt.Errorf("%w: the content key is not base64", ErrKey)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: the content key has %d bytes, where 16 are needed", ErrKey, len(raw))
	}
	return &contentCipher{block: block}, nil
}

func (c *contentCipher) encrypt(text string) string {
	pad := aes.BlockSize - len(text)%aes.BlockSize
	buf := append([]byte(text), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(c.block, make([]byte, aes.BlockSize)).CryptBlocks(buf, buf)
	return base64.StdEncoding.EncodeToString(buf)
}

func (c *contentCipher) decrypt(text string) ([]byte, error) {
	buf, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(buf) == 0 || len(buf)%aes.BlockSize != 0 {
		return nil, fmt.Errorf("%w: encrypted content is not whole", ErrMalformed)
	}
	cipher.NewCBCDecrypter(c.block, make([]byte, aes.BlockSize)).CryptBlocks(buf, buf)
	pad := int(buf[len(buf)-1])
	if pad == 0 || pad > aes.BlockSize {
		return nil, fmt.Errorf("%w: content is not encrypted with this key", ErrMalformed)
	}
	plain, tail := buf[:len(buf)-pad], buf[len(buf)-pad:]
	if subtle.ConstantTimeCompare(tail, bytes.Repeat([]byte{byte(pad)}, pad)) != 1 {
		return nil, fmt.Errorf("%w: content is not encrypted with this key", ErrMalformed)
	}
	return plain, nil
}

// Encrypted answers a client that encrypts what it sends with the configured
// ContentKey and shares everything else with c. Alipay answers encrypted calls
// encrypted. Methods without biz_content go as they are; some others refuse it.
// Without a ContentKey there is no such client, and the error matches [ErrKey].
func (c *Client) Encrypted() (*Client, error) {
	if c.content == nil {
		return nil, fmt.Errorf("alipay: %w: no content key is configured", ErrKey)
	}
	other := *c
	other.encrypting = true
	return &other, nil
}

// plainContent answers the inner object of a verified reply, decrypted if need be.
func (c *Client) plainContent(content []byte) ([]byte, error) {
	if len(content) == 0 || content[0] != '"' {
		return content, nil
	}
	var text string
	if err := json.Unmarshal(content, &text); err != nil {
		return nil, fmt.Errorf("%w: content of the reply", ErrMalformed)
	}
	if c.content == nil {
		return nil, fmt.Errorf("%w: the reply is encrypted, and no content key is configured", ErrMalformed)
	}
	return c.content.decrypt(text)
}
