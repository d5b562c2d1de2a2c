package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/config"
)

// example is the configuration file of the documentation.
func example(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "operation.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```toml\n(.*?)```").FindSubmatch(b)
	if block == nil {
		t.Fatal("the documentation has no example")
	}
	return string(block[1])
}

func TestTheDocumentedExampleIsGood(t *testing.T) {
	dir := t.TempDir()
	text := regexp.MustCompile(`/run/credentials/paypush\.service/[a-z.-]+`).ReplaceAllStringFunc(example(t), func(path string) string {
		name := filepath.Base(path)
		content := "x"
		if name == "wechat-aes-key" {
			content = strings.Repeat("a", 43)
		}
		return write(t, dir, name, content, 0o600)
	})
	c, err := config.Load(write(t, dir, "paypush.toml", text, 0o644))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	if len(c.Alipay) != 1 || len(c.WeChat) != 1 || c.WeChat[0].Templates["receipt"].Fields["thing2"] != "subject" {
		t.Errorf("read %+v", c)
	}
}

// Every setting is in the example, so that nothing has to be guessed.
func TestTheDocumentedExampleHasEverySetting(t *testing.T) {
	text := example(t)
	for _, name := range settings(reflect.TypeFor[config.Config]()) {
		if !regexp.MustCompile(`(?m)^(\[+(wechat\.)?` + name + `[\].]|` + name + ` = )`).MatchString(text) {
			t.Errorf("the setting %q is not in the example of docs/operation.md", name)
		}
	}
}

// settings are the names of all settings below a type.
func settings(t reflect.Type) (names []string) {
	for t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("toml")
		if name == "" || name == "-" {
			continue
		}
		names = append(names, name)
		names = append(names, settings(t.Field(i).Type)...)
	}
	return names
}
