package alipay_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paypush/paypush/alipay"
)

const contentKey = "AAECAwQFBgcICQoLDA0ODw=="

// crypt is the platform's side of content encryption, in both directions.
func crypt(t testing.TB, text string, encrypt bool) string {
	t.Helper()
	key, _ := base64.StdEncoding.DecodeString(contentKey)
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	iv := make([]byte, 16)
	if encrypt {
		n := 16 - len(text)%16
		buf := append([]byte(text), bytes.Repeat([]byte{byte(n)}, n)...)
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(buf, buf)
		return base64.StdEncoding.EncodeToString(buf)
	}
	buf, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(buf)%16 != 0 {
		t.Fatalf("ciphertext %q: %v", text, err)
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(buf, buf)
	return string(buf[:len(buf)-int(buf[len(buf)-1])])
}

func encryptedClient(t *testing.T, answer string) *alipay.Client {
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call, err := platform().ReadCall(r)
		if err != nil {
			t.Error(err)
		}
		if call.Params.Get("encrypt_type") != "AES" {
			t.Errorf("encrypt_type = %q", call.Params.Get("encrypt_type"))
		}
		if plain := crypt(t, call.Content, false); plain != `{"out_trade_no":"1"}` {
			t.Errorf("content = %s", plain)
		}
		io.WriteString(w, answer)
	}), func(cfg *alipay.Config) { cfg.ContentKey = contentKey })
	c, err := c.Encrypted()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func sealed(t *testing.T, content string) string {
	quoted := fmt.Sprintf("%q", crypt(t, content, true))
	return fmt.Sprintf(`{"alipay_trade_query_response":%s,"sign":%q}`, quoted, platform().Sign(quoted))
}

func TestEncryptedCall(t *testing.T) {
	trade, err := encryptedClient(t, sealed(t, fixture(t, "query_paid.json"))).Query(t.Context(), someTrade)
	if err != nil || !trade.Status.Paid() || trade.TotalAmount != 1234 {
		t.Errorf("trade = %+v, %v", trade, err)
	}
	if !json.Valid(trade.Raw) {
		t.Errorf("raw = %s", trade.Raw)
	}
	_, err = encryptedClient(t, sealed(t, fixture(t, "query_not_exist.json"))).Query(t.Context(), someTrade)
	if !errors.Is(err, alipay.TradeNotExist) {
		t.Errorf("err = %v", err)
	}
	plain := platform().Reply("alipay.trade.query", `{"code":"40001","sub_code":"isv.decryption-error-unknown"}`)
	_, err = encryptedClient(t, string(plain)).Query(t.Context(), someTrade)
	if !errors.Is(err, alipay.SubCode("isv.decryption-error-unknown")) {
		t.Errorf("plain answer: %v", err)
	}
}

func TestEncryptedReplyRefused(t *testing.T) {
	good := sealed(t, `{"code":"10000"}`)
	signed := func(text string) string {
		return fmt.Sprintf(`{"alipay_trade_query_response":%s,"sign":%q}`, text, platform().Sign(text))
	}
	for name, tt := range map[string]struct {
		body string
		want error
	}{
		"changed":    {strings.Replace(good, `response":"`, `response":"A`, 1), alipay.ErrSignature},
		"unsigned":   {`{"alipay_trade_query_response":"QUJD"}`, alipay.ErrSignature},
		"not whole":  {signed(`"QUJD"`), alipay.ErrMalformed},
		"empty":      {signed(`""`), alipay.ErrMalformed},
		"other key":  {signed(fmt.Sprintf("%q", base64.StdEncoding.EncodeToString(make([]byte, 32)))), alipay.ErrMalformed},
		"not object": {sealed(t, `[1]`), alipay.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := encryptedClient(t, tt.body).Query(t.Context(), someTrade)
			if e := asError(t, err); !errors.Is(err, tt.want) || !e.Unknown() {
				t.Errorf("err = %v, want %v", err, tt.want)
			}
		})
	}
	_, err := raw(t, 200, good).Query(t.Context(), someTrade)
	if !errors.Is(err, alipay.ErrMalformed) || strings.Contains(err.Error(), contentKey) {
		t.Errorf("without a key: %v", err)
	}
}

func TestEncryptedPagePay(t *testing.T) {
	c, err := newClient(t, func(cfg *alipay.Config) { cfg.ContentKey = contentKey }).Encrypted()
	if err != nil {
		t.Fatal(err)
	}
	link, err := c.PagePayURL(alipay.PagePay{Order: tea()})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	call, err := platform().CheckParams(u.Query())
	if err != nil || !strings.Contains(crypt(t, call.Content, false), `"subject":"tea"`) {
		t.Errorf("content %s, %v", call.Content, err)
	}
}

func TestContentKeyRefused(t *testing.T) {
	for _, key := range []string{"*", "QUJD", contentKey + "AA"} {
		cfg := platform().Config()
		cfg.ContentKey = key
		if _, err := alipay.New(cfg); !errors.Is(err, alipay.ErrKey) || strings.Contains(err.Error(), key) && key != "*" {
			t.Errorf("%q: %v", key, err)
		}
	}
	if c, err := newClient(t, nil).Encrypted(); c != nil || !errors.Is(err, alipay.ErrKey) {
		t.Errorf("without a key: %v, %v", c, err)
	}
}
