package wechat

import (
	"errors"
	"net/url"
	"strings"
)

// scrub replaces every secret in a text that came from elsewhere.
func (c *Client) scrub(text string, more []string) string {
	text = scrubOne(text, c.secret.Reveal())
	for _, s := range more {
		text = scrubOne(text, s)
	}
	return text
}

// shortest is the length from which on a value is taken for a secret; shorter
// ones, which the platform never issues, would only tear words apart.
const shortest = 6

func scrubOne(text, secret string) string {
	if len(secret) < shortest {
		return text
	}
	text = strings.ReplaceAll(text, secret, hidden)
	if escaped := url.QueryEscape(secret); escaped != secret {
		text = strings.ReplaceAll(text, escaped, hidden)
	}
	return text
}

// scrubError returns err unchanged when its text is clean. Otherwise it
// returns an error that prints the cleaned text and still answers errors.Is,
// but cannot be unwrapped to the one that tells.
func (c *Client) scrubError(err error, more []string) error {
	text := err.Error()
	clean := c.scrub(text, more)
	if clean == text {
		return err
	}
	return &scrubbed{text: clean, cause: err}
}

type scrubbed struct {
	text  string
	cause error
}

// Error returns the cleaned text.
func (s *scrubbed) Error() string { return s.text }

// Is asks the hidden cause.
func (s *scrubbed) Is(target error) bool { return errors.Is(s.cause, target) }
