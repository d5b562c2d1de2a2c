package main

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

// childCommand makes this program one of the handlers that bounds are measured
// at, in a process of its own as the server is.
const childCommand = "child"

// The handlers.
const (
	verifyChild = "verify" // reads a notice, verifies it, answers success
	fixedChild  = "fixed"  // answers every call of WeChat's with the same success
	sameChild   = "same"   // answers every request with what a file holds
	sinkChild   = "sink"   // takes every post and counts
)

const (
	fixedToken = "88_" + "bench-access-token-of-a-usual-length-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-"
	fixedSend  = `{"errcode":0,"errmsg":"ok","msgid":3717005636572528642}`
)

// startChild starts one of the handlers and tells its address.
func startChild(ctx context.Context, name string, args ...string) (*process, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	p, err := start(self, append([]string{childCommand, name, address}, args...)...)
	if err != nil {
		return nil, "", err
	}
	if err := p.answers(ctx, "http://"+address+"/readyz"); err != nil {
		p.kill()
		return nil, "", err
	}
	return p, address, nil
}

// child serves one of the handlers until it is told to stop.
func child(ctx context.Context, name string, args []string) error {
	if len(args) == 0 {
		return errors.New("a child needs an address")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	switch name {
	case verifyChild:
		verify, err := verifier(args[1:])
		if err != nil {
			return err
		}
		mux.HandleFunc("POST /notify/alipay", verify)
	case sameChild:
		answer, err := os.ReadFile(strings.Join(args[1:], ""))
		if err != nil {
			return err
		}
		mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write(answer) //nolint:errcheck // the caller has gone
		})
	case sinkChild:
		sink(mux)
	case fixedChild:
		mux.HandleFunc("POST /cgi-bin/", fixed)
	default:
		return fmt.Errorf("there is no child %q", name)
	}
	l, err := net.Listen("tcp", args[0])
	if err != nil {
		return err
	}
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { s.Close() }) //nolint:errcheck // it ends here
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// verifier reads, verifies and answers, and keeps nothing.
func verifier(args []string) (http.HandlerFunc, error) {
	if len(args) != 1 {
		return nil, errors.New("the platform's public key is needed")
	}
	key, err := alipay.ParsePublicKey([]byte(args[0]))
	if err != nil {
		return nil, err
	}
	config := alipaytest.NewPlatform().Config()
	config.PlatformKey = key
	client, err := alipay.New(config)
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 256<<10))
		if err == nil {
			_, err = client.ParseNotice(body)
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if err != nil {
			io.WriteString(w, "fail") //nolint:errcheck // the caller has gone
			return
		}
		io.WriteString(w, alipay.Success) //nolint:errcheck // the caller has gone
	}, nil
}

// fixed reads the body and says that it went well.
func fixed(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) //nolint:errcheck // what came does not matter
	w.Header().Set("Content-Type", "application/json; encoding=utf-8")
	if strings.HasSuffix(r.URL.Path, "token") {
		fmt.Fprintf(w, `{"access_token":%q,"expires_in":7200}`, fixedToken) //nolint:errcheck // the caller has gone
		return
	}
	io.WriteString(w, fixedSend) //nolint:errcheck // the caller has gone
}

// publicText is a public key as the platforms show it.
func publicText(key any) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	return base64.StdEncoding.EncodeToString(der), err
}
