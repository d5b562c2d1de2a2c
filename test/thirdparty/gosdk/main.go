// Command gosdk lets two well-known Go SDKs for Alipay live through a
// merchant's day against the sandbox, with their code unchanged. It prints one
// line of JSON for each step; the tests of the folder above run it and judge
// the steps.
//
// It is a module of its own, so that the main module does not depend on the
// SDKs. What surprises: github.com/go-pay/gopay has its gateway as a constant
// and is not told otherwise; HTTPS_PROXY and SSL_CERT_FILE in the environment
// lead it to the sandbox under the real host's name.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// given is what a story needs to know; keys are base64 DER, certificates PEM.
type given struct {
	Sandbox      string `json:"sandbox"`
	AppID        string `json:"app_id"`
	PrivateKey   string `json:"private_key"`
	PlatformKey  string `json:"platform_key"`
	ForeignKey   string `json:"foreign_key"`
	AESKey       string `json:"aes_key"`
	AppCert      string `json:"app_cert"`
	PlatformCert string `json:"platform_cert"`
	RootCerts    string `json:"root_certs"`
}

// certMode tells that the app has certificates instead of a platform key.
func (g given) certMode() bool { return g.AppCert != "" }

func main() {
	stories := map[string]func(*teller) error{"gopay": tellGopay, "gopayv3": tellGopayV3, "smartwalle": tellSmartwalle}
	if len(os.Args) != 2 || stories[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: gosdk gopay|gopayv3|smartwalle, with JSON on standard input")
		os.Exit(2)
	}
	var in given
	err := json.NewDecoder(os.Stdin).Decode(&in)
	if err == nil {
		var t *teller
		if t, err = newTeller(in, os.Stdout); err == nil {
			err = stories[os.Args[1]](t)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gosdk:", err)
		os.Exit(1)
	}
}
