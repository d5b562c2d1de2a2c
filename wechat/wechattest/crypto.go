package wechattest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

const block = 32

func modeKey(encodingAESKey string) ([]byte, error) {
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encodingAESKey, "="))
	if err != nil {
		// Some published keys leave bits in the last character.
		key, err = base64.StdEncoding.DecodeString(encodingAESKey + "=")
	}
	if err != nil || len(key) != block {
		return nil, errors.New("wechattest: EncodingAESKey must be 43 characters of base64")
	}
	return key, nil
}

func encrypt(encodingAESKey, appID, message string) (string, error) {
	key, err := modeKey(encodingAESKey)
	if err != nil {
		return "", err
	}
	text := rand.Text()[:16]
	text += string(binary.BigEndian.AppendUint32(nil, uint32(len(message)))) + message + appID
	pad := block - len(text)%block
	text += strings.Repeat(string(rune(pad)), pad)
	c, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	out := []byte(text)
	cipher.NewCBCEncrypter(c, key[:16]).CryptBlocks(out, out)
	return base64.StdEncoding.EncodeToString(out), nil
}

func decrypt(encodingAESKey, appID, encrypted string) (string, error) {
	key, err := modeKey(encodingAESKey)
	if err != nil {
		return "", err
	}
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(data) == 0 || len(data)%block != 0 {
		return "", fmt.Errorf("wechattest: encrypted text has a wrong form")
	}
	c, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	cipher.NewCBCDecrypter(c, key[:16]).CryptBlocks(data, data)
	return cut(data, appID)
}

// cut takes random bytes, length, app id and padding off.
func cut(data []byte, appID string) (string, error) {
	pad := int(data[len(data)-1])
	if pad < 1 || pad > block || len(data)-pad < 20 {
		return "", errors.New("wechattest: wrong padding")
	}
	text := string(data[16 : len(data)-pad])
	n := int(binary.BigEndian.Uint32([]byte(text[:4])))
	text = text[4:]
	if n > len(text) || text[n:] != appID {
		return "", errors.New("wechattest: wrong length or app id")
	}
	return text[:n], nil
}
