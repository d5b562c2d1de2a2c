package wechat

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
)

// codec turns a person's number into an openid and back, so that a million
// followers need no table of openids: the openid is the number, enciphered.
type codec struct {
	block  cipher.Block
	prefix string
}

// openidLength is that of real openids.
const openidLength = 28

func newCodec(key []byte, prefix string) (codec, error) {
	block, err := aes.NewCipher(key)
	return codec{block: block, prefix: prefix}, err
}

func (c codec) openid(n uint32) string {
	var b [aes.BlockSize]byte
	binary.BigEndian.PutUint32(b[:], n)
	c.block.Encrypt(b[:], b[:])
	return c.prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// number answers whose openid it is; false when this account never gave it.
func (c codec) number(openid string) (uint32, bool) {
	if len(openid) != openidLength || openid[:len(c.prefix)] != c.prefix {
		return 0, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(openid[len(c.prefix):])
	if err != nil || len(b) != aes.BlockSize {
		return 0, false
	}
	c.block.Decrypt(b, b)
	for _, x := range b[4:] {
		if x != 0 {
			return 0, false
		}
	}
	return binary.BigEndian.Uint32(b), true
}
