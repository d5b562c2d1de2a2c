package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/doctor"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/survey"
)

// Examine looks for what would keep a server with this configuration from
// working; faults are what was wrong with reading it. It takes seconds and
// changes nothing. A running server is not disturbed.
func Examine(ctx context.Context, conf config.Config, faults error) doctor.Report {
	if conf.Mode == config.Sandbox {
		box := newSandboxClient(conf.SandboxURL)
		conf.SandboxURL = box.base
		faults = errors.Join(faults, box.accounts(ctx, &conf))
	}
	faults = errors.Join(faults, conf.Check())
	schema, err := schemaVersion(ctx)
	if err != nil {
		faults = errors.Join(faults, fmt.Errorf("temporary folder: %w", err))
	}
	return doctor.Examine(ctx, doctor.Subject{Config: conf, Faults: faults, Platforms: newHTTPClient(conf).Transport, Schema: schema})
}

// schemaVersion is the newest migration of this program, found by migrating an
// empty database that is thrown away.
func schemaVersion(ctx context.Context) (version int64, err error) {
	dir, err := os.MkdirTemp("", "paypush-schema-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	url := "sqlite:" + filepath.Join(dir, "schema.db")
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return 0, err
	}
	if err := errors.Join(db.Migrate(ctx), db.Close()); err != nil {
		return 0, err
	}
	look, err := survey.Open(ctx, url)
	if err != nil {
		return 0, err
	}
	found, err := look.Settings(ctx)
	return found.Schema, errors.Join(err, look.Close())
}

// Meet reads the dev.json of a data folder: where a server in sandbox mode and
// its sandbox are.
func Meet(data string) (Hello, error) {
	var h Hello
	b, err := os.ReadFile(filepath.Join(data, "dev.json"))
	if err == nil {
		err = json.Unmarshal(b, &h)
	}
	return h, err
}
