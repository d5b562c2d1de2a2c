package alipay_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/sandbox/alipay"
	"github.com/paypush/paypush/sandbox/world"
)

// bench is one emulated platform behind a real listener, with a merchant of
// its own that signs and verifies by the rules of the platform's document.
type bench struct {
	t      testing.TB
	world  *world.World
	alone  *alipay.Platform
	server *httptest.Server
	creds  creds
	key    *rsa.PrivateKey
	alipay *rsa.PublicKey
}

type creds struct {
	Gateway  string `json:"gateway"`
	AppID    string `json:"app_id"`
	SellerID string `json:"seller_id"`
	PKCS1    string `json:"app_private_key_pkcs1"`
	PKCS8    string `json:"app_private_key_pkcs8"`
	Alipay   string `json:"alipay_public_key"`
	AESKey   string `json:"aes_key"`
	CertApp  struct {
		AppID string `json:"app_id"`
		PKCS1 string `json:"app_private_key_pkcs1"`
		App   string `json:"app_cert_pem"`
		Ali   string `json:"alipay_cert_pem"`
		Roots string `json:"alipay_root_cert_pem"`
	} `json:"cert_app"`
}

func newBench(t testing.TB) *bench {
	t.Helper()
	b := openBench(t, "")
	t.Cleanup(b.close)
	return b
}

// openBench starts a platform on what dir holds.
func openBench(t testing.TB, dir string) *bench {
	t.Helper()
	w, err := world.New(world.Options{Dir: dir, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, world: w}
	mux := http.NewServeMux()
	b.server = httptest.NewServer(mux)
	p, err := alipay.New(w, func() string { return b.server.URL })
	if err != nil {
		t.Fatal(err)
	}
	b.alone = p
	p.Register(mux)
	raw, err := json.Marshal(p.Credentials())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &b.creds); err != nil {
		t.Fatal(err)
	}
	b.key, b.alipay = privateKey(t, b.creds.PKCS1), publicKey(t, b.creds.Alipay)
	return b
}

func (b *bench) close() {
	b.server.Close()
	if err := b.world.Close(); err != nil {
		b.t.Error(err)
	}
}

func privateKey(t testing.TB, text string) *rsa.PrivateKey {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKCS1PrivateKey(der)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func publicKey(t testing.TB, text string) *rsa.PublicKey {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PublicKey)
}

// signingText joins parameters by the platform's rule.
func signingText(values map[string]string, empties bool, drop ...string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if slices.Contains(drop, name) || values[name] == "" && !empties {
			continue
		}
		pairs = append(pairs, name+"="+values[name])
	}
	return strings.Join(pairs, "&")
}

func hashed(signType, text string) (crypto.Hash, []byte) {
	if signType == "RSA" {
		sum := sha1.Sum([]byte(text))
		return crypto.SHA1, sum[:]
	}
	sum := sha256.Sum256([]byte(text))
	return crypto.SHA256, sum[:]
}

func signed(t testing.TB, key *rsa.PrivateKey, signType, text string) string {
	t.Helper()
	hash, sum := hashed(signType, text)
	raw, err := rsa.SignPKCS1v15(rand.Reader, key, hash, sum)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func verifies(key *rsa.PublicKey, signType, text, signature string) bool {
	raw, err := base64.StdEncoding.DecodeString(signature)
	hash, sum := hashed(signType, text)
	return err == nil && rsa.VerifyPKCS1v15(key, hash, sum, raw) == nil
}

// request is one call before it is sent; tests change it as they need.
type request map[string]string

// call prepares a signed-to-be request with the common parameters.
func (b *bench) call(method string, biz any) request {
	b.t.Helper()
	q := request{
		"app_id": b.creds.AppID, "method": method, "format": "JSON", "charset": "utf-8",
		"sign_type": "RSA2", "timestamp": "2026-01-02 03:04:05", "version": "1.0",
	}
	switch biz := biz.(type) {
	case nil:
	case string:
		q["biz_content"] = biz
	default:
		raw, err := json.Marshal(biz)
		if err != nil {
			b.t.Fatal(err)
		}
		q["biz_content"] = string(raw)
	}
	return q
}

func (b *bench) sign(q request) url.Values {
	b.t.Helper()
	out := url.Values{}
	for name, value := range q {
		out.Set(name, value)
	}
	if _, own := q["sign"]; !own {
		out.Set("sign", signed(b.t, b.key, q["sign_type"], signingText(q, false, "sign")))
	}
	return out
}

// answer is a response cut apart by the rule of the document: the exact bytes
// between the first key and the signature.
type answer struct {
	status  int
	kind    string
	root    string
	inner   string
	certSN  string
	sign    string
	decoded map[string]any
}

func (b *bench) send(q request) answer {
	b.t.Helper()
	return b.post(b.sign(q).Encode(), "")
}

// post sends a body and a query as they are.
func (b *bench) post(body, query string) answer {
	b.t.Helper()
	resp, err := http.Post(b.server.URL+"/gateway.do?"+query, "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	return b.read(resp)
}

func (b *bench) read(resp *http.Response) answer {
	b.t.Helper()
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, kind: resp.Header.Get("Content-Type")}
	text := string(raw)
	root, rest, ok := strings.Cut(strings.TrimPrefix(text, `{"`), `":`)
	if !ok {
		b.t.Fatalf("the answer is no frame: %s", text)
	}
	a.root = root
	a.inner = strings.TrimSuffix(rest, "}")
	if at := strings.LastIndex(rest, `,"sign":"`); at >= 0 {
		a.inner, a.sign = rest[:at], strings.TrimSuffix(rest[at+len(`,"sign":"`):], `"}`)
	}
	if at := strings.LastIndex(a.inner, `,"alipay_cert_sn":"`); at >= 0 && strings.HasSuffix(a.inner, `"`) {
		a.certSN = strings.TrimSuffix(a.inner[at+len(`,"alipay_cert_sn":"`):], `"`)
		a.inner = a.inner[:at]
	}
	if strings.HasPrefix(a.inner, "{") && json.Valid([]byte(a.inner)) {
		if err := json.Unmarshal([]byte(a.inner), &a.decoded); err != nil {
			b.t.Fatal(err)
		}
	}
	return a
}

func (a answer) field(name string) string {
	s, _ := a.decoded[name].(string)
	return s
}

// do sends a call, demands a good signature and returns the answer.
func (b *bench) do(method string, biz any) answer {
	b.t.Helper()
	a := b.send(b.call(method, biz))
	if !verifies(b.alipay, "RSA2", a.inner, a.sign) {
		b.t.Fatalf("%s: the answer is not signed by the platform: %s", method, a.inner)
	}
	return a
}

// want checks the outcome of a call.
func (a answer) want(t *testing.T, code, sub string) {
	t.Helper()
	if a.status != 200 || a.field("code") != code || a.field("sub_code") != sub {
		t.Errorf("answered %d %s, want code %s %s", a.status, a.inner, code, sub)
	}
}

// order is the biz_content of a plain order.
func order(number, amount string) map[string]any {
	return map[string]any{
		"out_trade_no": number, "total_amount": amount, "subject": "测试商品 tea",
		"product_code": "FAST_INSTANT_TRADE_PAY",
	}
}

// browse gets an address without following redirects.
func (b *bench) browse(address string) *http.Response {
	b.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(address)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp
}

// openLink opens a page-pay link as a browser would and returns the cashier's
// address.
func (b *bench) openLink(biz map[string]any, extra request) string {
	b.t.Helper()
	q := b.call("alipay.trade.page.pay", biz)
	maps.Copy(q, extra)
	resp := b.browse(b.server.URL + "/gateway.do?" + b.sign(q).Encode())
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		raw, _ := io.ReadAll(resp.Body)
		b.t.Fatalf("opening the link answered %d: %s", resp.StatusCode, raw)
	}
	return resp.Header.Get("Location")
}

// control makes a control call and decodes its answer.
func (b *bench) control(method, path, body string, into any) int {
	b.t.Helper()
	req, err := http.NewRequest(method, b.server.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	if into != nil {
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			b.t.Fatal(err)
		}
	}
	return resp.StatusCode
}

// pay lets the payer pay by a control call.
func (b *bench) pay(number string) {
	b.t.Helper()
	if status := b.control("POST", "/sandbox/alipay/trades/"+number+"/pay", "", nil); status != http.StatusOK {
		b.t.Fatalf("paying %s answered %d", number, status)
	}
}

// paid makes a paid trade.
func (b *bench) paid(number, amount string) {
	b.t.Helper()
	b.openLink(order(number, amount), nil)
	b.pay(number)
}

// shop is a merchant's notify_url: it hands over every notice, and answers
// what it is told to.
type shop struct {
	server *httptest.Server
	got    chan notice
}

type notice struct {
	values url.Values
	header http.Header
}

// newShop answers each notice with the next of answers, and with the last one
// for ever.
func newShop(t testing.TB, answers ...string) *shop {
	t.Helper()
	s := &shop{got: make(chan notice, 1000)}
	next := make(chan string, len(answers))
	for _, a := range answers {
		next <- a
	}
	last := answers[len(answers)-1]
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		values, err := url.ParseQuery(string(raw))
		if err != nil {
			t.Error(err)
		}
		reply := last
		select {
		case reply = <-next:
		default:
		}
		_, _ = io.WriteString(w, reply)
		s.got <- notice{values: values, header: r.Header}
	}))
	t.Cleanup(s.server.Close)
	return s
}

// next waits for a notice.
func (s *shop) next(t *testing.T) url.Values {
	t.Helper()
	select {
	case n := <-s.got:
		return n.values
	case <-time.After(20 * time.Second):
		t.Fatal("no notice came")
		return nil
	}
}

// genuine verifies a notice or return by the platform's rule.
func genuine(key *rsa.PublicKey, values url.Values) bool {
	flat := map[string]string{}
	for name := range values {
		flat[name] = values.Get(name)
	}
	return verifies(key, flat["sign_type"], signingText(flat, true, "sign", "sign_type"), flat["sign"])
}
