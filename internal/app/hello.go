package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/member"
)

// Hello is what a person or a script needs to find its way in sandbox mode.
type Hello struct {
	URL        string `json:"url"`
	SandboxURL string `json:"sandbox_url"`
	APIKey     string `json:"api_key"`
	LoginLink  string `json:"login_link"`
}

// How the person at the laptop is called, and how long their link lives.
const (
	devName     = "admin"
	devLinkLife = 12 * time.Hour
)

// Introduce makes a one-time sign-in link for the administrator "admin" and an
// API key, and writes both with the addresses to dev.json in the data folder,
// readable by its owner alone. A key that an earlier dev.json holds is kept
// while it works. It is refused outside sandbox mode.
func (s *Server) Introduce(ctx context.Context) (Hello, error) {
	if s.conf.Mode != config.Sandbox {
		return Hello{}, errors.New("dev.json is written in sandbox mode only")
	}
	path := filepath.Join(s.conf.Data, "dev.json")
	h := Hello{URL: s.conf.PublicURL, SandboxURL: s.conf.SandboxURL}
	admin, err := s.members.Provide(ctx, devName, "", member.RoleAdmin)
	if err != nil {
		return Hello{}, err
	}
	signIn, err := signInPath(ctx, s.db, admin.ID, devLinkLife)
	if err != nil {
		return Hello{}, err
	}
	h.LoginLink = h.URL + signIn + "?go=1" // printed and never sent, so it needs no button
	if h.APIKey, err = s.devKey(ctx, path); err != nil {
		return Hello{}, err
	}
	return h, writeHello(path, h)
}

func (s *Server) devKey(ctx context.Context, path string) (string, error) {
	var before Hello
	if b, err := os.ReadFile(path); err == nil && json.Unmarshal(b, &before) == nil {
		if _, err := s.db.Keys().Find(ctx, before.APIKey); err == nil {
			return before.APIKey, nil
		}
	}
	secret, _, err := s.db.Keys().Create(ctx, "dev", member.RoleOperator, "")
	return secret, err
}

// writeHello replaces the file whole, so that a script never reads half of it.
func writeHello(path string, h Hello) error {
	b, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "dev-*.json")
	if err != nil {
		return fmt.Errorf("dev.json: %w", err)
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("dev.json: %w", err), os.Remove(f.Name()))
	}
	return nil
}
