package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// The headers of a delivery, as the Standard Webhooks specification names them.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

const secretPrefix = "whsec_"

// NewSecret makes a secret of 256 random bits: "whsec_" and base64.
func NewSecret() string {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(b[:])
}

// Sign gives the value of the webhook-signature header for a body sent at a
// moment, of which the seconds count: one signature for each secret, the first
// secret's first. It fails where a secret is not "whsec_" and the base64 of 24
// to 64 bytes, and does not repeat it in the error.
func Sign(secrets []string, id string, at time.Time, body []byte) (string, error) {
	all := make([]string, 0, len(secrets))
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if err != nil || len(key) < 24 || len(key) > 64 {
			return "", errors.New("webhook: a secret is not whsec_ and the base64 of 24 to 64 bytes")
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " "), nil
}
