package thirdparty_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const (
	installTime = 4 * time.Minute
	storyTime   = time.Minute
)

// modules is the folder of the installed npm packages.
var modules string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if modules, err = install(); err != nil {
		fmt.Fprintln(os.Stderr, "thirdparty:", err)
		return 1
	}
	return m.Run()
}

// install returns the node_modules folder for the committed lock file. It is
// made once for each state of that file, aside, and then moved into place, so
// that neither a cut-off install nor two at once leave half a folder.
func install() (string, error) {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", fmt.Errorf("%s is missing; `make deps` installs Debian's packages nodejs and npm: %w", tool, err)
		}
	}
	folder, err := cacheFolder()
	if err != nil {
		return "", err
	}
	done := filepath.Join(folder, "node_modules")
	if _, err := os.Stat(done); err == nil {
		return done, nil
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return "", err
	}
	aside, err := os.MkdirTemp(filepath.Dir(folder), "install-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(aside)
	if err := npmInstall(aside); err != nil {
		return "", err
	}
	if err := os.Rename(aside, folder); err != nil {
		if _, late := os.Stat(done); late != nil {
			return "", err
		}
	}
	return done, nil
}

func cacheFolder() (string, error) {
	lock, err := os.ReadFile(filepath.Join("node", "package-lock.json"))
	if err != nil {
		return "", err
	}
	parent, err := os.UserCacheDir()
	if err != nil {
		parent = os.TempDir()
	}
	sum := sha256.Sum256(lock)
	return filepath.Join(parent, "paypush-thirdparty", hex.EncodeToString(sum[:8])), nil
}

func npmInstall(folder string) error {
	for _, name := range []string{"package.json", "package-lock.json"} {
		b, err := os.ReadFile(filepath.Join("node", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o644); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), installTime)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")
	npm.Dir = folder
	if out, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return nil
}

// tell runs a script of the folder node with what it is given, and returns the
// steps it told.
func tell(t *testing.T, script string, given any) []step {
	t.Helper()
	return tellBy(t, given, []string{"NODE_PATH=" + modules}, "node", "--no-warnings", filepath.Join("node", script))
}

func tellBy(t *testing.T, given any, env []string, name string, args ...string) []step {
	t.Helper()
	in, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), storyTime)
	defer cancel()
	var out, complaints bytes.Buffer
	program := exec.CommandContext(ctx, name, args...)
	program.Stdin, program.Stdout, program.Stderr = bytes.NewReader(in), &out, &complaints
	program.Env = append(os.Environ(), env...)
	err = errors.Join(program.Run(), ctx.Err())
	if err != nil {
		t.Errorf("%v: %v\n%s", args, err, complaints.Bytes())
	}
	steps, err := readSteps(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return steps
}
