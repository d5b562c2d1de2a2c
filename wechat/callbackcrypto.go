package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the platform's signature is SHA-1
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

const (
	// padBlock is the platform's padding block: 32 bytes, twice that of AES.
	padBlock   = 32
	randomSize = 16
	headerSize = randomSize + 4
)

// signature is the hex SHA-1 of the sorted parts, as every callback has it.
func signature(token Secret, parts ...string) string {
	all := append([]string{token.Reveal()}, parts...)
	slices.Sort(all)
	sum := sha1.Sum([]byte(strings.Join(all, ""))) //nolint:gosec // see above
	return hex.EncodeToString(sum[:])
}

// messageCipher is the AES-256-CBC envelope of callbacks. It follows
// 消息加解密说明: 16 random bytes, a 4-byte length, the message and the app id.
type messageCipher struct {
	appID string
	block cipher.Block
	iv    []byte
}

func newMessageCipher(appID string, key Secret) (*messageCipher, error) {
	raw, err := base64.StdEncoding.DecodeString(key.Reveal() + "=")
	if err != nil || len(raw) != 32 {
		return nil, errors.New("wechat: config: EncodingAESKey must be 43 characters of base64")
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	return &messageCipher{appID: appID, block: block, iv: raw[:aes.BlockSize]}, nil
}

// open decrypts the content of an Encrypt element. The caller has verified
// msg_signature before, so a failure tells an attacker nothing.
func (m *messageCipher) open(encrypted string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(data) < padBlock || len(data)%aes.BlockSize != 0 {
		return nil, errors.New("encrypted content has the wrong size or alphabet")
	}
	cipher.NewCBCDecrypter(m.block, m.iv).CryptBlocks(data, data)
	data, err = unpad(data)
	if err != nil {
		return nil, err
	}
	if len(data) < headerSize {
		return nil, errors.New("encrypted content is too short")
	}
	size, rest := binary.BigEndian.Uint32(data[randomSize:headerSize]), data[headerSize:]
	if uint64(size) > uint64(len(rest)) {
		return nil, errors.New("encrypted content has a wrong length")
	}
	if subtle.ConstantTimeCompare(rest[size:], []byte(m.appID)) != 1 {
		return nil, errors.New("encrypted content belongs to another app id")
	}
	return rest[:size], nil
}

// seal encrypts an answer for the Encrypt element.
func (m *messageCipher) seal(msg []byte) string {
	data := make([]byte, headerSize, headerSize+len(msg)+len(m.appID)+padBlock)
	_, _ = rand.Read(data[:randomSize]) // never fails, see crypto/rand
	binary.BigEndian.PutUint32(data[randomSize:], uint32(len(msg)))
	data = append(append(data, msg...), m.appID...)
	n := padBlock - len(data)%padBlock
	data = append(data, bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(m.block, m.iv).CryptBlocks(data, data)
	return base64.StdEncoding.EncodeToString(data)
}

func unpad(data []byte) ([]byte, error) {
	n := int(data[len(data)-1])
	if n < 1 || n > padBlock || n > len(data) {
		return nil, errors.New("encrypted content has wrong padding")
	}
	for _, b := range data[len(data)-n:] {
		if int(b) != n {
			return nil, errors.New("encrypted content has wrong padding")
		}
	}
	return data[:len(data)-n], nil
}
