package config

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/BurntSushi/toml"
)

// Load reads a configuration file over the defaults. Unknown settings are an
// error, since a misspelt one would be silently without effect, and so are
// files with secrets that can't be read. It reports all of them at once, and
// returns what it could read beside the error, for those who look further.
func Load(path string) (Config, error) {
	c := Default()
	meta, err := toml.DecodeFile(path, &c)
	if errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("configuration: %w", err)
	}
	if err != nil {
		return c, fmt.Errorf("configuration %s: %w", path, err)
	}
	var all []error
	for _, extra := range meta.Undecoded() {
		all = append(all, fmt.Errorf("configuration %s: unknown setting %q", path, extra.String()))
	}
	for _, s := range c.secrets() {
		if s.unread != nil {
			all = append(all, fmt.Errorf("configuration %s: %s: %w", path, s.name, s.unread))
		}
	}
	return c, errors.Join(all...)
}

// namedSecret is a secret with where it stands.
type namedSecret struct {
	name   string
	unread error
}

func (c Config) secrets() (all []namedSecret) {
	all = append(all, namedSecret{"secret_key", c.SecretKey.unread}, namedSecret{"traces.headers", c.Traces.Headers.unread})
	for i, a := range c.Alipay {
		at := fmt.Sprintf("alipay account %d: ", i+1)
		all = append(all, namedSecret{at + "private_key", a.PrivateKey.unread}, namedSecret{at + "platform_key", a.PlatformKey.unread})
	}
	for i, w := range c.WeChat {
		at := fmt.Sprintf("wechat account %d: ", i+1)
		all = append(all, namedSecret{at + "app_secret", w.AppSecret.unread}, namedSecret{at + "token", w.Token.unread},
			namedSecret{at + "encoding_aes_key", w.EncodingAESKey.unread})
	}
	return all
}
