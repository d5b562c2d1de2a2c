package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

type keygenCommand struct {
	Out  string `help:"Folder for the two files." default:"." type:"path"`
	Name string `help:"What the files' names begin with." default:"alipay-app"`
	Bits int    `help:"Size of the key." enum:"2048,3072,4096" default:"2048"`
}

// Run makes a key pair. It never overwrites a file: a lost private key can't
// be had again.
func (c *keygenCommand) Run() error {
	key, err := rsa.GenerateKey(rand.Reader, c.Bits)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	privatePath := filepath.Join(c.Out, c.Name+"-private.pem")
	publicPath := filepath.Join(c.Out, c.Name+"-public.pem")
	if err := writeNew(privatePath, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600); err != nil {
		return err
	}
	if err := writeNew(publicPath, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o644); err != nil {
		return err
	}
	fmt.Printf("private key: %s (keep it secret; name it as private_key in the configuration)\npublic key:  %s\n\nPaste this at Alipay as the app's public key, and save the platform's public key that comes back:\n\n%s\n",
		privatePath, publicPath, base64.StdEncoding.EncodeToString(public))
	return nil
}

func writeNew(path string, content []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}
