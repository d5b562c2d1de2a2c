package app

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/doctor"
	"github.com/paypush/paypush/internal/store"
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
	return doctor.Examine(ctx, doctor.Subject{Config: conf, Faults: faults, Platforms: newHTTPClient(conf).Transport, Schema: store.SchemaVersion()})
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
