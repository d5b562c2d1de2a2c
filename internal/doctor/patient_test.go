package doctor_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/doctor"
	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/sandbox"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// patient is a server in live mode that is set up well, until a test spoils
// something. The sandbox stands in for the platforms' real hosts.
type patient struct {
	doctor.Subject
	box *httptest.Server
}

func newPatient(t *testing.T) *patient {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := &patient{box: httptest.NewServer(box)}
	box.SetBaseURL(p.box.URL)
	public := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) }))
	t.Cleanup(func() {
		public.Close()
		p.box.Close()
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	c := config.Default()
	c.Mode, c.PublicURL, c.Data = config.Live, public.URL, t.TempDir()
	p.accounts(t, &c)
	p.Config, p.Platforms = c, detour{p.box.URL}
	return p
}

// accounts copies the accounts from the platforms' pages.
func (p *patient) accounts(t *testing.T, into *config.Config) {
	t.Helper()
	var c struct {
		Alipay struct {
			AppID  string `json:"app_id"`
			Seller string `json:"seller_id"`
			Key    string `json:"app_private_key_pkcs8"`
			Theirs string `json:"alipay_public_key"`
		} `json:"alipay"`
		WeChat struct {
			AppID    string `json:"app_id"`
			Secret   string `json:"app_secret"`
			Token    string `json:"token"`
			AESKey   string `json:"encoding_aes_key"`
			Template string `json:"template_id"`
		} `json:"wechat"`
	}
	p.control(t, http.MethodGet, "/sandbox/credentials", nil, &c)
	into.Alipay = []config.Alipay{{Name: "alipay", AppID: c.Alipay.AppID, SellerID: c.Alipay.Seller, Gateway: "https://openapi.alipay.com/gateway.do",
		PrivateKey: config.NewSecret(c.Alipay.Key), PlatformKey: config.NewSecret(c.Alipay.Theirs)}}
	into.WeChat = []config.WeChat{{Name: "wechat", AppID: c.WeChat.AppID, AppSecret: config.NewSecret(c.WeChat.Secret), Token: config.NewSecret(c.WeChat.Token),
		EncodingAESKey: config.NewSecret(c.WeChat.AESKey), BaseURL: "https://api.weixin.qq.com",
		Templates: map[string]config.Template{"receipt": {ID: c.WeChat.Template}}}}
}

// control works the sandbox.
func (p *patient) control(t *testing.T, method, path string, in, out any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, p.box.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, path, resp.Status)
	}
	if out != nil {
		if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
			t.Fatal(err)
		}
	}
}

// detour leads calls to the platforms' hosts to the sandbox.
type detour struct{ to string }

func (d detour) RoundTrip(r *http.Request) (*http.Response, error) {
	to, err := url.Parse(d.to)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = to.Scheme, to.Host
	return http.DefaultTransport.RoundTrip(r)
}

// check examines and returns the one check with an id.
func (p *patient) check(t *testing.T, id string) doctor.Check {
	t.Helper()
	report := doctor.Examine(t.Context(), p.Subject)
	for _, c := range report.Checks {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("there is no check %s in %+v", id, report.Checks)
	return doctor.Check{}
}

// wants examines and holds the check to a status and to words of its finding
// and advice, in either language.
func (p *patient) wants(t *testing.T, id string, status doctor.Status, words ...string) {
	t.Helper()
	c := p.check(t, id)
	if c.Status != status {
		t.Errorf("%s is %s: %+v", id, c.Status, c)
	}
	if status != doctor.OK && (c.Advice.ZH == "" || c.Advice.EN == "" || c.Found.ZH == "" || c.Found.EN == "") {
		t.Errorf("%s does not say what to do in both languages: %+v", id, c)
	}
	all := strings.Join([]string{c.Found.ZH, c.Found.EN, c.Advice.ZH, c.Advice.EN}, "\n")
	for _, w := range words {
		if !strings.Contains(all, w) {
			t.Errorf("%s does not mention %q:\n%s", id, w, all)
		}
	}
}

// newKey makes an RSA key pair as base64 DER.
func newKey(t *testing.T, bits int) (private, public string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	own, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(own), base64.StdEncoding.EncodeToString(theirs)
}

func write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}
