package wechat

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
)

// account is the Official Account and its settings page.
type account struct {
	AppID      string           `json:"app_id"`
	Secret     string           `json:"secret"`
	Token      string           `json:"token"`
	AESKey     string           `json:"aes_key"`
	OriginalID string           `json:"original_id"`
	Name       string           `json:"name"`
	OpenIDKey  []byte           `json:"openid_key"`
	Templates  []template       `json:"templates"`
	OneTimeID  string           `json:"one_time_id"` // template of one-time subscribe messages
	Industries industries       `json:"industries"`
	Notices    []noticeTemplate `json:"notices"` // of subscribe notices
	MassSpeed  int              `json:"mass_speed"`
	Website    website          `json:"website"` // for login on a desktop
	Settings   settings         `json:"settings"`
}

// settings is what the developer enters on the account's settings page.
type settings struct {
	CallbackURL string `json:"callback_url"`
	OAuthDomain string `json:"oauth_domain"`
	Mode        string `json:"mode"`
	Retries     int    `json:"retries"`
	Kind        string `json:"kind"`
	// Allowed are the addresses that may ask for tokens; empty means all.
	Allowed []string `json:"ip_allow_list"`
	// Quotas replace the daily limits of the account's kind, by path.
	Quotas map[string]int `json:"quotas"`
	// RefuseRepeats answers 40241 to a template message repeated within 60 s.
	RefuseRepeats bool `json:"refuse_repeats"`
	// OpenPlatform says that the account belongs to an Open Platform account:
	// then people have a unionid.
	OpenPlatform bool `json:"open_platform"`
}

// The three ways in which the body of a push is written.
const (
	modePlain      = "plain"
	modeCompatible = "compatible"
	modeSafe       = "safe"
)

func newAccount() account {
	return account{
		AppID:      "wx" + hexText(8),
		Secret:     hexText(16),
		Token:      hexText(12),
		AESKey:     base64.RawStdEncoding.EncodeToString(secret(32)),
		OriginalID: "gh_" + hexText(6),
		Name:       "沙盒服务号",
		OpenIDKey:  secret(32),
		Templates:  firstTemplates(),
		OneTimeID:  urlText(43),
		Notices:    firstNotices(),
		Industries: industries{First: industryName(1), Second: industryName(2)},
		Website:    newWebsite(),
		Settings:   settings{Mode: modePlain, Retries: 3, Kind: kindService},
	}
}

// secret makes n random bytes.
func secret(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func hexText(n int) string { return hex.EncodeToString(secret(n)) }

// urlText makes n characters of the URL-safe alphabet.
func urlText(n int) string {
	return base64.RawURLEncoding.EncodeToString(secret(n))[:n]
}
