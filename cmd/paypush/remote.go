package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/remote"
)

// remoteFlags say which running server a command speaks to.
type remoteFlags struct {
	Server  string `help:"Address of the server; otherwise the one in dev.json."`
	Sandbox string `help:"Address of its sandbox; otherwise the one in dev.json."`
	APIKey  string `help:"An API key; also PAYPUSH_API_KEY_FILE; otherwise the one in dev.json." name:"api-key"`
	Data    string `help:"Folder of dev.json." default:"./var" type:"path"`
}

// client takes what was not given from dev.json, but never its key for another
// server.
func (f remoteFlags) client() (*remote.Client, error) {
	if path := os.Getenv("PAYPUSH_API_KEY_FILE"); f.APIKey == "" && path != "" {
		key, err := config.ReadSecret(path)
		if err != nil {
			return nil, err
		}
		f.APIKey = key
	}
	if f.Server != "" && f.APIKey != "" {
		return remote.New(f.Server, f.Sandbox, f.APIKey), nil
	}
	hello, err := readHello(f.Data)
	if err != nil {
		return nil, err
	}
	if f.Server != "" && f.Server != hello.URL {
		return nil, usageError{errors.New("--server needs an --api-key of that server")}
	}
	if f.APIKey != "" {
		hello.APIKey = f.APIKey
	}
	if f.Sandbox != "" {
		hello.SandboxURL = f.Sandbox
	}
	return remote.New(hello.URL, hello.SandboxURL, hello.APIKey), nil
}

func readHello(data string) (hello app.Hello, err error) {
	path := filepath.Join(data, "dev.json")
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &hello)
	}
	if err != nil {
		return hello, fmt.Errorf("%w; start `paypush dev`, name its folder with --data, or give --server and --api-key", err)
	}
	return hello, nil
}

// sealingKey reads the keys that seal secrets from the file that
// PAYPUSH_SECRET_KEY_FILE names, which stands above the configuration.
func sealingKey(conf *config.Config) error {
	path := os.Getenv("PAYPUSH_SECRET_KEY_FILE")
	if path == "" {
		return nil
	}
	text, err := config.ReadSecret(path)
	if err != nil {
		return fmt.Errorf("PAYPUSH_SECRET_KEY_FILE: %w", err)
	}
	conf.SecretKey = config.NewSecret(text)
	return nil
}
