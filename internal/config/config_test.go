package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/config"
)

func write(t *testing.T, dir, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadReportsEveryFaultAtOnce(t *testing.T) {
	dir := t.TempDir()
	open := write(t, dir, "open.pem", "geheim", 0o644)
	path := write(t, dir, "paypush.toml", fmt.Sprintf(`
mode = "live"
lisen = "127.0.0.1:8080"
[[alipay]]
app_id = "2021000000000001"
private_key = %q
platform_key = %q
colour = "blue"
[[wechat]]
app_id = "wx0123456789abcdef"
app_secret = "/nonexistent/secret"
`, open, filepath.Join(dir, "missing.pem")), 0o600)
	c, err := config.Load(path)
	if err == nil {
		t.Fatal("a file full of faults was taken")
	}
	for _, want := range []string{`"lisen"`, `"alipay.colour"`, "private_key", "chmod 600", "platform_key", "missing.pem", "app_secret"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not reported in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "geheim") {
		t.Error("a secret is in the error")
	}
	if len(c.Alipay) != 1 || c.Alipay[0].AppID == "" {
		t.Errorf("what could be read is lost: %+v", c)
	}
}

func TestCheckReportsEveryFaultAtOnce(t *testing.T) {
	c := config.Default()
	c.Listen, c.MetricsListen, c.PublicURL = "8080", "8080", "http://pay.example.com"
	c.WeChat = []config.WeChat{{AppID: "wx0123456789abcdef", AppSecret: config.NewSecret("s"), EncodingAESKey: config.NewSecret("short"), Bind: "scan", Promotions: 3},
		{Name: "second", AppID: "wx0123456789abcdef", AppSecret: config.NewSecret("s"), Bind: "qr"}}
	err := c.Check()
	if err == nil {
		t.Fatal("a configuration full of faults was taken")
	}
	for _, want := range []string{"listen:", "metrics_listen:", "https", "43", "oauth or qr", "needs token", "promotion_days"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not reported in:\n%v", want, err)
		}
	}
}

func TestSecretsPrintAsHidden(t *testing.T) {
	s := config.NewSecret("geheim")
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q"} {
		if got := fmt.Sprintf(verb, struct{ S config.Secret }{s}); strings.Contains(got, "geheim") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}

func TestEachModeSpeaksToItsOwnHosts(t *testing.T) {
	for _, c := range []struct {
		host                string
		live, test, sandbox bool
	}{
		{"openapi.alipay.com", true, false, false}, {"dwbillcenter.alipay.com:443", true, false, false},
		{"openapi-sandbox.dl.alipaydev.com:443", false, true, false}, {"api.weixin.qq.com", true, true, false},
		{"sh.api.weixin.qq.com", true, true, false}, {"127.0.0.1:8081", false, false, true},
		{"127.0.0.1:8082", false, false, false}, {"openapi.alipay.com.example.com", false, false, false}, {"", false, false, false},
	} {
		for mode, want := range map[config.Mode]bool{config.Live: c.live, config.PlatformTest: c.test, config.Sandbox: c.sandbox} {
			conf := config.Config{Mode: mode, SandboxURL: "http://127.0.0.1:8081"}
			if conf.Allows(c.host) != want {
				t.Errorf("mode %s, host %q: not %t", mode, c.host, want)
			}
		}
	}
}

func TestTracesAndProxiesAreChecked(t *testing.T) {
	dir := t.TempDir()
	for text, wrong := range map[string]string{
		"trusted_proxies = [\"10.0.0.0/8\", \"::1/128\"]\n[traces]\nendpoint = \"https://collector:4318/otlp\"\nshare = 0.25\n": "",
		"trusted_proxies = [\"0.0.0.0/0\"]":                     "believes everybody",
		"trusted_proxies = [\"::/0\"]":                          "believes everybody",
		"trusted_proxies = [\"10.0.0.1\"]":                      "trusted_proxies",
		"[traces]\nendpoint = \"collector:4318\"":               "traces.endpoint",
		"[traces]\nendpoint = \"https://u:geheim@collector\"":   "traces.endpoint",
		"[traces]\nendpoint = \"https://collector?key=geheim\"": "traces.endpoint",
		"[traces]\nshare = 1.5":                                 "traces.share",
		"[traces]\nshare = nan":                                 "traces.share",
		"[traces]\nheaders = \"/nonexistent\"":                  "traces.headers",
	} {
		c, err := config.Load(write(t, dir, "paypush.toml", text, 0o600))
		c.Mode = config.Sandbox
		if err == nil {
			err = c.Check()
		}
		switch {
		case wrong == "" && (err != nil || c.Traces.Share != 0.25 || len(c.TrustedProxies) != 2):
			t.Errorf("%s: %v, %+v", text, err, c)
		case wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong) || strings.Contains(err.Error(), "geheim")):
			t.Errorf("%s: %v", text, err)
		}
	}
	if config.Default().Traces.Share != 1 {
		t.Error("less than all is kept by default")
	}
}
