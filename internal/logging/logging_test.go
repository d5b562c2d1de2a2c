package logging_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/logging"
	"github.com/paypush/paypush/internal/request"
)

func newLog(t *testing.T, format string) (*slog.Logger, *bytes.Buffer) {
	t.Helper()
	out := new(bytes.Buffer)
	log, err := logging.New(out, logging.Options{Format: format, Level: slog.LevelDebug})
	if err != nil {
		t.Fatal(err)
	}
	return log, out
}

func TestEveryLineOfARequestBearsItsID(t *testing.T) {
	log, out := newLog(t, logging.JSON)
	ctx := request.WithID(t.Context())
	log.InfoContext(ctx, "one")
	log.With("account", "alipay").WarnContext(ctx, "two")
	log.InfoContext(ctx, "three", "request_id", request.ID(ctx))
	log.Info("outside")
	var lines []map[string]any
	for line := range strings.Lines(out.String()) {
		var one map[string]any
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, one)
		if n := strings.Count(line, "request_id"); n > 1 {
			t.Errorf("the id is there %d times: %s", n, line)
		}
	}
	for i, one := range lines[:3] {
		if one["request_id"] != request.ID(ctx) {
			t.Errorf("line %d: %v", i, one)
		}
	}
	if _, there := lines[3]["request_id"]; there {
		t.Errorf("a line outside a request has an id: %v", lines[3])
	}
}

func TestFormats(t *testing.T) {
	log, out := newLog(t, logging.Text)
	log.Info("hello", "n", 1)
	if !strings.Contains(out.String(), "msg=hello n=1") {
		t.Errorf("text: %s", out)
	}
	if _, err := logging.New(out, logging.Options{Format: "xml"}); err == nil {
		t.Error("an unknown format was taken")
	}
}

type holder struct{ Link string }

func TestSecretsAreReplaced(t *testing.T) {
	const s = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4"
	for name, value := range map[string]any{
		"api key":       "key sk_" + s,
		"bearer":        "Authorization: Bearer " + s,
		"sign-in link":  "http://127.0.0.1:8080/sign-in/" + s,
		"bind link":     "GET /b/" + s + " HTTP/1.1",
		"token":         errors.New(`Get "https://api.weixin.qq.com/cgi-bin/user/info?access_token=` + s + `&openid=o1": EOF`),
		"oauth code":    "/wechat/oauth/callback?code=" + s + "&state=x",
		"oauth state":   "/wechat/oauth/callback?a=b&state=" + s,
		"reply":         []byte(`{"access_token":"` + s + `","expires_in":7200}`),
		"form":          "user=anna&pwd=" + s,
		"cookie":        "Cookie: paypush=" + s,
		"database":      "postgres://paypush:" + s + "@127.0.0.1/paypush",
		"pem":           "-----BEGIN PRIVATE KEY-----\n" + s + "\n-----END PRIVATE KEY-----",
		"base64 key":    "MIIEvgIBADANBgkqhkiG9w0BAQ" + strings.Repeat(s, 8),
		"in a struct":   holder{"/sign-in/" + s},
		"in a list":     []string{"a", "sk_" + s},
		"wrapped error": fmt.Errorf("call: %w", errors.New("secret="+s)),
	} {
		for _, format := range []string{logging.Text, logging.JSON} {
			log, out := newLog(t, format)
			log.Info("x", "value", value)
			log.Info("x", slog.Group("g", slog.Any("value", value)))
			log.With("value", value).Info("x")
			log.Info(fmt.Sprintf("%s", value))
			if strings.Contains(out.String(), s) {
				t.Errorf("%s, %s: %s", name, format, out)
			}
		}
	}
	for _, key := range []string{"password", "app_secret", "access_token", "Cookie", "Authorization", "api_key", "private_key"} {
		log, out := newLog(t, logging.JSON)
		log.Info("x", key, s)
		if strings.Contains(out.String(), s) {
			t.Errorf("attribute %s: %s", key, out)
		}
	}
}

func TestOrdinaryTextStaysAsItIs(t *testing.T) {
	for _, text := range []string{"message tried", "GET /pay/{order}", "https://pay.example.com", "out_trade_no=20260101abc",
		"status=sent code=43004", "/pay/ord_0190", "10.5 元"} {
		if got := logging.Scrub(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// Whatever stands before it, a key is found.
func FuzzScrub(f *testing.F) {
	const key = "sk_Zm9vYmFyYmF6cXV4Zm9v"
	f.Add("Authorization: ")
	f.Add("?code=1&state=")
	f.Fuzz(func(t *testing.T, before string) {
		if got := logging.Scrub(before + key); strings.Contains(got, key) {
			t.Errorf("%q became %q", before+key, got)
		}
	})
}

func TestDisabledLevelsWriteNothing(t *testing.T) {
	out := new(bytes.Buffer)
	log, err := logging.New(out, logging.Options{Level: slog.LevelWarn})
	if err != nil {
		t.Fatal(err)
	}
	log.Info("x")
	if out.Len() > 0 || log.Enabled(context.Background(), slog.LevelInfo) {
		t.Errorf("wrote %s", out)
	}
}
