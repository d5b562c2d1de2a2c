package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/sandbox"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"paypush": main}) }

// words are what our scripts can say besides the usual.
var words = map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits, "take": take, "fields": fields, "receive": receive}

// exits runs a command that must end with a code: exits 2 paypush moon.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	var ended *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ended) {
		code = ended.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if code != want {
		ts.Fatalf("it ended with %d, not %d", code, want)
	}
}

// take keeps what a pattern's group matches in the last output: take ORDER '(ord_\w+)'.
func take(ts *testscript.TestScript, _ bool, args []string) {
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout") + ts.ReadFile("stderr"))
	if found == nil {
		ts.Fatalf("nothing matches %s", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// fields checks that every line of the last output is a JSON object with
// these members, and how many lines there are: fields 3 id status.
func fields(ts *testscript.TestScript, _ bool, args []string) {
	lines := regexp.MustCompile(`(?m)^.+$`).FindAllString(ts.ReadFile("stdout"), -1)
	if strconv.Itoa(len(lines)) != args[0] {
		ts.Fatalf("%d lines, not %s", len(lines), args[0])
	}
	for _, line := range lines {
		var v map[string]any
		ts.Check(json.Unmarshal([]byte(line), &v))
		for _, name := range args[1:] {
			if v[name] == nil {
				ts.Fatalf("%s has no %s", line, name)
			}
		}
	}
}

func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: words})
}

// TestCommandsOnAServer has a server with its sandbox run beside the scripts;
// SERVER, KEY and HOME_OF_DEV lead to it.
func TestCommandsOnAServer(t *testing.T) {
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(box)
	box.SetBaseURL(front.URL)
	conf := config.Default()
	conf.Mode, conf.Listen, conf.Data, conf.SandboxURL = config.Sandbox, "127.0.0.1:0", filepath.Join(t.TempDir(), "data"), front.URL
	server, err := app.Start(t.Context(), conf, app.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		err := server.Close(ctx)
		front.CloseClientConnections()
		front.Close()
		if err := errors.Join(err, box.Close()); err != nil {
			t.Error(err)
		}
	})
	hello, err := server.Introduce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/server", Cmds: words, Setup: func(e *testscript.Env) error {
		e.Setenv("SERVER", server.URL())
		e.Setenv("KEY", hello.APIKey)
		e.Setenv("HOME_OF_DEV", conf.Data)
		return nil
	}})
}
