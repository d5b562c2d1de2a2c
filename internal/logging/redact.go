package logging

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
)

const hidden = "hidden"

// secretKeys are attributes whose value is never written, whatever it is.
var secretKeys = regexp.MustCompile(`(?i)(^|_)(password|pwd|secret|token|cookie|authorization|api_?key|private_?key|aes_?key)$`)

// shapes are what secrets look like inside a longer text; the first group is
// kept.
var shapes = []*regexp.Regexp{
	regexp.MustCompile(`(sk_)[A-Za-z0-9_-]{8,}`),
	regexp.MustCompile(`(?i)(bearer\s+)[^\s"',;]+`),
	regexp.MustCompile(`(/(?:sign-in|b)/)[^/?#\s"']+`),
	regexp.MustCompile(`(?i)((?:^|[?&;\s"'])(?:access_token|refresh_token|appsecret|secret|token|password|pwd|auth_code)=)[^&\s"']+`),
	regexp.MustCompile(`((?:[?&])(?:code|state|ticket|sign)=)[^&\s"']+`),
	regexp.MustCompile(`(?i)("(?:access_token|refresh_token|secret|app_?secret|password|pwd|ticket)"\s*:\s*")[^"]*`),
	regexp.MustCompile(`((?:^|[\s;"'])paypush=)[^;\s"']+`),
	regexp.MustCompile(`(://[^/:@\s]*:)[^@/\s]+@`),
	regexp.MustCompile(`(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`),
	regexp.MustCompile(`(MI)I[A-Za-z0-9+/]{120,}={0,2}`),
}

// Scrub replaces in a text whatever has the shape of a secret: keys, tokens
// and codes in addresses, links that sign in or bind, passwords in database
// addresses. Text without one comes back as it was.
func Scrub(text string) string {
	for _, s := range shapes {
		text = s.ReplaceAllString(text, "${1}"+hidden)
	}
	return text
}

// redact is the ReplaceAttr of the handlers; groups are walked by slog itself.
func redact(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return a
	}
	if secretKeys.MatchString(a.Key) {
		return slog.String(a.Key, hidden)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Scrub(a.Value.String()))
	case slog.KindAny:
		return slog.String(a.Key, Scrub(plain(a.Value.Any())))
	}
	return a
}

// plain is a value as text, since a structure may hold a secret anywhere.
func plain(v any) string {
	switch v := v.(type) {
	case []byte:
		return string(v)
	case []string:
		return strings.Join(v, ",")
	}
	return fmt.Sprintf("%+v", v)
}
