package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

// padBlock is the block to which the platform pads, twice that of AES.
const padBlock = 32

// errEnvelope says that an encrypted body cannot be opened.
var errEnvelope = errors.New("the encrypted body cannot be opened")

// signature is the platform's SHA-1 over the sorted parts.
func signature(parts ...string) string {
	sorted := slices.Sorted(slices.Values(parts))
	sum := sha1.Sum([]byte(strings.Join(sorted, "")))
	return hex.EncodeToString(sum[:])
}

func aesKey(encoded string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(encoded + "=")
	if err != nil || len(key) != 32 {
		return nil, errors.New("the EncodingAESKey is not 43 characters of base64")
	}
	return key, nil
}

// seal encrypts msg for the account appid: random bytes, length, message and
// appid, padded to 32 bytes.
func seal(encodedKey, appid string, msg []byte) (string, error) {
	key, err := aesKey(encodedKey)
	if err != nil {
		return "", err
	}
	plain := secret(16)
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(msg)))
	plain = append(append(plain, msg...), appid...)
	pad := padBlock - len(plain)%padBlock
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), nil
}

// open decrypts what seal made and checks whose it is.
func open(encodedKey, appid, sealed string) ([]byte, error) {
	key, err := aesKey(encodedKey)
	if err != nil {
		return nil, err
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(sealed))
	if err != nil || len(b) == 0 || len(b)%aes.BlockSize != 0 {
		return nil, errEnvelope
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(b, b)
	pad := int(b[len(b)-1])
	if pad < 1 || pad > padBlock || len(b)-pad < 20 {
		return nil, errEnvelope
	}
	b = b[16 : len(b)-pad]
	n := int(binary.BigEndian.Uint32(b))
	b = b[4:]
	if n > len(b) || string(b[n:]) != appid {
		return nil, errEnvelope
	}
	return b[:n], nil
}
