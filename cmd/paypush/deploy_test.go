package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// parser is the command line, without printing or exiting.
func parser(t *testing.T) *kong.Kong {
	t.Helper()
	p, err := kong.New(new(commands), kong.DefaultEnvars("PAYPUSH"), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What the files for deployment and their documentation set has to exist.
func TestDeployedVariablesExist(t *testing.T) {
	known := map[string]bool{"PAYPUSH_DATABASE_URL_FILE": true, "PAYPUSH_SECRET_KEY_FILE": true} // read where the secrets are
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			for _, e := range f.Envs {
				known[e] = true
			}
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(parser(t).Model.Node)
	for _, file := range [][]string{{"deploy", "Dockerfile"}, {"deploy", "compose.yaml"}, {"deploy", "paypush.service"}, {"docs", "operation.md"}} {
		for _, name := range regexp.MustCompile(`PAYPUSH_[A-Z_]+`).FindAllString(read(t, file...), -1) {
			if !known[name] {
				t.Errorf("%s sets %s, which nothing reads", strings.Join(file, "/"), name)
			}
		}
	}
}

func TestDeployedCommandsAreCommands(t *testing.T) {
	config := filepath.Join(t.TempDir(), "paypush.toml")
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var lines []string
	lines = append(lines, regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/paypush (.*)$`).FindStringSubmatch(read(t, "deploy", "paypush.service"))[1])
	docker := regexp.MustCompile(`(?m)^CMD \[(.*)\]$`).FindStringSubmatch(read(t, "deploy", "Dockerfile"))[1]
	lines = append(lines, strings.NewReplacer(`"`, "", ",", "").Replace(docker))
	for _, m := range regexp.MustCompile("(?m)(?:^    |`)paypush ((?:doctor|backup|restore|admin) .*?[^ ])(?:`|$)").FindAllStringSubmatch(read(t, "docs", "operation.md"), -1) {
		if strings.Contains(m[1], "FILE") {
			continue // the shape of a command, not one
		}
		lines = append(lines, strings.Replace(m[1], "$(date +%F)", "2026-03-01", 1))
	}
	if len(lines) < 5 {
		t.Fatalf("found only %q", lines)
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := os.WriteFile(backup, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		args := strings.Fields(strings.NewReplacer("/etc/paypush/paypush.toml", config, "/backup/paypush-2026-03-01.db", backup).Replace(line))
		if _, err := parser(t).Parse(args); err != nil {
			t.Errorf("paypush %s: %v", line, err)
		}
	}
}

// Every secret that the unit or the composition hands over is one that the
// documented configuration or their own settings name, and the other way round.
func TestDeployedSecretsAreThoseOfTheExample(t *testing.T) {
	unit, compose, doc := read(t, "deploy", "paypush.service"), read(t, "deploy", "compose.yaml"), read(t, "docs", "operation.md")
	for _, m := range regexp.MustCompile(`/run/credentials/paypush\.service/([a-z][a-z.-]+)"`).FindAllStringSubmatch(doc, -1) {
		if !strings.Contains(unit, "\nLoadCredential="+m[1]+":") {
			t.Errorf("the unit does not load %s", m[1])
		}
		if !strings.Contains(compose, "      - "+m[1]+"\n") {
			t.Errorf("the composition does not hand over %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^LoadCredential=([^:]+):`).FindAllStringSubmatch(unit, -1) {
		if !strings.Contains(doc, "/"+m[1]+`"`) {
			t.Errorf("the unit loads %s, which the example does not name", m[1])
		}
	}
}

// What people put beside the composition gets neither into an image nor into a
// commit.
func TestDeployedSecretsStayWhereTheyAre(t *testing.T) {
	compose := read(t, "deploy", "compose.yaml")
	beside := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^      - \./([^:]+):|^    file: ([^/\n]+)`).FindAllStringSubmatch(compose, -1) {
		beside["/deploy/"+m[1]+m[2]] = true
	}
	if len(beside) < 2 {
		t.Fatalf("found only %v", beside)
	}
	for _, file := range [][]string{{".gitignore"}, {"deploy", "Dockerfile.dockerignore"}} {
		ignored := "\n" + strings.ReplaceAll(read(t, file...), "/\n", "\n")
		for path := range beside {
			if !strings.Contains(ignored, "\n"+path+"\n") {
				t.Errorf("%s lets %s through", strings.Join(file, "/"), path)
			}
		}
	}
}
