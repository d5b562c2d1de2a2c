package doctor_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/doctor"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

func TestAHealthyServerHasNothingToMend(t *testing.T) {
	p := newPatient(t)
	p.Config.Mode = config.Sandbox // whose public address may be this machine
	r := doctor.Examine(t.Context(), p.Subject)
	if r.Worst() != doctor.OK || len(r.Checks) < 8 {
		t.Errorf("found %+v", r.Checks)
	}
}

func TestMisconfigurationSettingsMisspeltAndFilesMissing(t *testing.T) {
	p := newPatient(t)
	open := write(t, "key.pem", "x", 0o644)
	path := write(t, "paypush.toml", fmt.Sprintf("lisen = \"x\"\npublic_url = \"http://pay.example.com\"\n[[alipay]]\napp_id = \"2021\"\nprivate_key = %q\nplatform_key = \"/nonexistent.pem\"\n", open), 0o600)
	c, faults := config.Load(path)
	p.Config = c
	p.Faults = errors.Join(faults, p.Config.Check())
	var found []string
	for _, one := range doctor.Examine(t.Context(), p.Subject).Checks {
		if one.ID == "configuration" && one.Status == doctor.Fail && one.Advice.ZH != "" {
			found = append(found, one.Found.EN)
		}
	}
	all := strings.Join(found, "\n")
	for _, want := range []string{"lisen", "chmod 600", "nonexistent.pem", "https", "seller_id"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not found in:\n%s", want, all)
		}
	}
	if len(found) < 5 {
		t.Errorf("faults are not told apart: %q", found)
	}
}

func TestMisconfigurationPrivateKeyIsNone(t *testing.T) {
	p := newPatient(t)
	_, public := newKey(t, 2048)
	p.Config.Alipay[0].PrivateKey = config.NewSecret(public)
	p.wants(t, "alipay.alipay.private_key", doctor.Fail, "private_key", "keygen", "不是公钥")
	private, _ := newKey(t, 1024)
	p.Config.Alipay[0].PrivateKey = config.NewSecret(private)
	p.wants(t, "alipay.alipay.private_key", doctor.Fail, "1024", "2048")
}

func TestMisconfigurationPlatformKeyIsOurOwn(t *testing.T) {
	p := newPatient(t)
	private, public := newKey(t, 2048)
	p.Config.Alipay[0].PrivateKey, p.Config.Alipay[0].PlatformKey = config.NewSecret(private), config.NewSecret(public)
	p.wants(t, "alipay.alipay.platform_key", doctor.Fail, "支付宝公钥", "app's own public key")
}

func TestMisconfigurationAppKeyAtThePlatformIsAnother(t *testing.T) {
	p := newPatient(t)
	private, _ := newKey(t, 2048)
	p.Config.Alipay[0].PrivateKey = config.NewSecret(private)
	p.wants(t, "alipay.alipay.keys", doctor.Fail, "isv.invalid-signature", "Upload the public key")
	_, public := newKey(t, 2048)
	p.Config.Alipay[0].PlatformKey = config.NewSecret(public)
	p.wants(t, "alipay.alipay.keys", doctor.Fail, "isv.invalid-signature", "Upload the public key")
}

func TestMisconfigurationPlatformKeyIsAnothers(t *testing.T) {
	p := newPatient(t)
	_, public := newKey(t, 2048)
	p.Config.Alipay[0].PlatformKey = config.NewSecret(public)
	p.wants(t, "alipay.alipay.keys", doctor.Fail, "platform_key", "查看支付宝公钥")
}

func TestMisconfigurationAppIDUnknown(t *testing.T) {
	p := newPatient(t)
	p.Config.Alipay[0].AppID = "2021000000000009"
	p.wants(t, "alipay.alipay.keys", doctor.Fail, "isv.invalid-app-id", "platform-test")
}

func TestMisconfigurationAppOfTheOtherMode(t *testing.T) {
	p := newPatient(t)
	p.Config.Alipay[0].AppID = "9021000000000009"
	p.wants(t, "alipay.alipay.mode", doctor.Fail, "9021000000000009", `mode = "platform-test"`)
	p.Config.Mode, p.Config.Alipay[0].AppID = config.PlatformTest, "2021000000000009"
	p.wants(t, "alipay.alipay.mode", doctor.Warn, `mode = "live"`)
}

func TestMisconfigurationGatewayDoesNotAnswer(t *testing.T) {
	p := newPatient(t)
	p.Platforms = detour{"http://127.0.0.1:1"}
	p.wants(t, "alipay.alipay.keys", doctor.Fail, "openapi.alipay.com", "HTTPS_PROXY")
	p.wants(t, "wechat.wechat.token", doctor.Fail, "HTTPS_PROXY")
	p.wants(t, "clock", doctor.Warn, "timedatectl")
}

func TestMisconfigurationWeChatSecretIsWrong(t *testing.T) {
	p := newPatient(t)
	p.Config.WeChat[0].AppSecret = config.NewSecret("0123456789abcdef0123456789abcdef")
	p.wants(t, "wechat.wechat.token", doctor.Fail, "40125", "AppSecret", "app_secret")
}

func TestMisconfigurationWeChatAppIDIsWrong(t *testing.T) {
	p := newPatient(t)
	p.Config.WeChat[0].AppID = "wx0000000000000000"
	p.wants(t, "wechat.wechat.token", doctor.Fail, "40013", "gh_")
}

func TestMisconfigurationAddressIsNotOnTheAllowList(t *testing.T) {
	p := newPatient(t)
	p.control(t, http.MethodPut, "/sandbox/wechat/settings", map[string]any{"ip_allow_list": []string{"192.0.2.1"}}, nil)
	p.wants(t, "wechat.wechat.token", doctor.Fail, "40164", "IP 白名单", "Add 127.0.0.1")
}

func TestMisconfigurationWeChatSecretIsFrozen(t *testing.T) {
	p := newPatient(t)
	p.control(t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 1, "rules": []map[string]any{
		{"at": "wechat.api", "kind": "errcode", "code": 40243, "rate": 1}}}, nil)
	p.wants(t, "wechat.wechat.token", doctor.Fail, "40243", "解冻")
}

func TestMisconfigurationTemplateIsAnotherAccounts(t *testing.T) {
	p := newPatient(t)
	p.Config.WeChat[0].Templates = map[string]config.Template{"receipt": {ID: "of-another-account"}}
	p.wants(t, "wechat.wechat.templates", doctor.Fail, "receipt = of-another-account")
	p.Config.WeChat[0].Templates = nil
	p.wants(t, "wechat.wechat.templates", doctor.Warn, "wechat.templates.receipt")
}

func TestMisconfigurationCallbackTokenIsMissing(t *testing.T) {
	p := newPatient(t)
	p.Config.WeChat[0].Token = config.NewSecret("")
	p.wants(t, "wechat.wechat.callback", doctor.Warn, "token")
}

func TestMisconfigurationClockIsWrong(t *testing.T) {
	p := newPatient(t)
	for skew, status := range map[time.Duration]doctor.Status{-20 * time.Minute: doctor.Fail, 20 * time.Minute: doctor.Fail, time.Minute: doctor.Warn, 0: doctor.OK} {
		p.Now = func() time.Time { return time.Now().Add(skew) }
		p.wants(t, "clock", status)
	}
	p.Now = func() time.Time { return time.Now().Add(time.Hour) }
	p.wants(t, "clock", doctor.Fail, "timedatectl set-ntp true", "1h0m")
}

func TestMisconfigurationPublicAddress(t *testing.T) {
	p := newPatient(t)
	p.wants(t, "callback.public", doctor.Warn, "public_url")
	p.wants(t, "callback", doctor.OK)
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	p.Config.PublicURL = other.URL
	p.wants(t, "callback", doctor.Fail, "404", "反向代理")
	p.Config.PublicURL = "http://127.0.0.1:1"
	p.wants(t, "callback", doctor.Fail, "reverse proxy")
	p.Config.Mode = config.Sandbox
	p.wants(t, "callback", doctor.Warn, "paypush dev")
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	p.Config.Mode, p.Config.PublicURL = config.Live, secure.URL
	p.wants(t, "callback", doctor.Fail, "证书")
}

func TestMisconfigurationDatabaseOfAnotherMode(t *testing.T) {
	p := newPatient(t)
	url := storetest.URL(t, store.SQLite)
	if err := storetest.Open(t, url, store.Options{}).Stamp(t.Context(), "sandbox"); err != nil {
		t.Fatal(err)
	}
	p.Config.Database = url
	p.wants(t, "database.mode", doctor.Fail, "sandbox", "live", "data")
	p.Schema = 1
	p.wants(t, "database.schema", doctor.Warn, "newer program", "beside it")
	raise(t, url, 2)
	p.wants(t, "database.schema", doctor.Fail, "newer program", "no way back")
	p.Schema = 1000
	p.wants(t, "database.schema", doctor.Warn, "paypush backup")
}

// raise does as a migration of a newer program that takes something away.
func raise(t *testing.T, url string, oldest int) {
	t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE schema_floor SET oldest = $1", oldest); err != nil {
		t.Fatal(err)
	}
}

func TestMisconfigurationDatabaseForgets(t *testing.T) {
	p := newPatient(t)
	url := storetest.URL(t, store.Postgres)
	p.Config.Database = url + "&synchronous_commit=off"
	p.wants(t, "database.durability", doctor.Fail, "synchronous_commit=off", "on")
	p.Config.Database = url + "&default_transaction_read_only=on"
	p.wants(t, "database.writable", doctor.Fail, "standby")
	p.Config.Database = url
	p.wants(t, "database.durability", doctor.OK, "synchronous_commit=on")
	p.wants(t, "database.writable", doctor.OK)
}

func TestMisconfigurationDatabaseAddress(t *testing.T) {
	p := newPatient(t)
	p.Config.Database = "mysql://paypush:geheim@127.0.0.1/x"
	p.wants(t, "database", doctor.Fail, "postgres://USER@HOST/NAME")
	p.Config.Database = "postgres://paypush:geheim@127.0.0.1:1/x"
	p.wants(t, "database", doctor.Fail, "PAYPUSH_DATABASE_URL_FILE")
	if c := p.check(t, "database"); strings.Contains(c.Found.EN+c.Found.ZH, "geheim") {
		t.Errorf("the password is told: %+v", c)
	}
	p.Config.Database = "sqlite:" + write(t, "broken.db", strings.Repeat("this is no database ", 100), 0o600)
	p.wants(t, "database", doctor.Fail, "paypush restore")
}

func TestMisconfigurationArchiveFolder(t *testing.T) {
	p := newPatient(t)
	p.Config.Retention = config.DefaultRetention()
	p.Config.Database = "postgres://paypush@127.0.0.1:1/x"
	p.wants(t, "archive", doctor.Warn, "grows for ever", "archive_dir", "共用")
	for folder, want := range map[string]string{
		"/www/wwwroot/shop/archive":          "web root",
		"/var/www/html/archive":              "web root",
		filepath.Join(t.TempDir(), "none"):   "chmod 700",
		write(t, "archive", "a file", 0o600): "no folder",
	} {
		p.Config.Retention.ArchiveDir = folder
		p.wants(t, "archive", doctor.Fail, want, folder)
	}
	p.Config.Retention.ArchiveDir = "archive"
	p.wants(t, "archive", doctor.Warn, "absolute")
	folder := t.TempDir()
	p.Config.Retention.ArchiveDir = folder
	for mode, want := range map[os.FileMode]doctor.Status{0o755: doctor.Warn, 0o700: doctor.OK} {
		if err := os.Chmod(folder, mode); err != nil {
			t.Fatal(err)
		}
		p.wants(t, "archive", want, folder)
	}
	p.check(t, "archive.disk")
}

func TestReportsHoldNoSecret(t *testing.T) {
	p := newPatient(t)
	p.control(t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 1, "rules": []map[string]any{
		{"at": "wechat.api", "kind": "drop", "rate": 1}, {"at": "alipay.gateway", "kind": "drop", "rate": 1}}}, nil)
	text := fmt.Sprintf("%+v", doctor.Examine(t.Context(), p.Subject))
	for _, secret := range []config.Secret{p.Config.Alipay[0].PrivateKey, p.Config.WeChat[0].AppSecret, p.Config.WeChat[0].Token, p.Config.WeChat[0].EncodingAESKey} {
		if strings.Contains(text, secret.Reveal()) {
			t.Errorf("a secret is told: %s", text)
		}
	}
}
