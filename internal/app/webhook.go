package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/seal"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/webhook"
	"github.com/paypush/paypush/internal/webhook/post"
)

// openWebhooks makes the service that tells the team's application. In sandbox
// mode every address may be called, since the application is on this machine.
func (s *Server) openWebhooks(ctx context.Context) error {
	ring, err := s.openRing(ctx)
	if err != nil {
		return fmt.Errorf("secret_key: %w", err)
	}
	guard := webhook.Guard{Anything: s.conf.Mode == config.Sandbox, Networks: s.conf.WebhookNetworks}
	s.webhooks = webhook.NewService(webhook.Config{Store: s.metrics.Webhooks(s.db.Webhooks()), Sender: post.New(guard, s.version), Sealer: sealer{ring},
		Guard: guard, Now: s.clock.Now, NewID: id.New, Log: s.log})
	return nil
}

// openRing reads the keys that seal secrets. Where the operator gave none,
// sandbox mode makes one: a file beside the database, or on PostgreSQL, where
// nodes share nothing else, a row.
func (s *Server) openRing(ctx context.Context) (seal.Ring, error) {
	text := s.conf.SecretKey.Reveal()
	if text == "" && s.conf.Mode == config.Sandbox {
		var err error
		if s.db.Engine() == store.SQLite {
			text, err = keyFile(filepath.Join(s.conf.Data, "secret.key"))
		} else {
			text, err = keyRow(ctx, s.db.Tokens())
		}
		if err != nil {
			return seal.Ring{}, err
		}
	}
	return seal.Parse(text)
}

// keyFile reads the key in a file, which it makes where there is none.
func keyFile(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return config.ReadSecret(path)
	}
	if err != nil {
		return "", err
	}
	text := seal.NewKey()
	_, err = f.WriteString(text + "\n")
	return text, errors.Join(err, f.Sync(), f.Close())
}

func keyRow(ctx context.Context, t store.Tokens) (string, error) {
	const name = "sandbox.secret_key"
	if _, err := t.Put(ctx, name, []byte(seal.NewKey()), 0); err != nil {
		return "", err
	}
	v, err := t.Get(ctx, name)
	return string(v.Data), err
}

// sealer is a ring of keys as the domain knows it.
type sealer struct{ seal.Ring }

// Seal implements [webhook.Sealer].
func (s sealer) Seal(name string, plain []byte) ([]byte, error) {
	b, err := s.Ring.Seal(name, plain)
	if errors.Is(err, seal.ErrNoKey) {
		return nil, webhook.ErrNoKey.Because("app.seal", err)
	}
	return b, err
}
