// Package membertest has what tests of the domain of people need besides a
// store: a WeChat account whose phones agree, and a hasher that is fast.
//
// It is for tests only: the hasher is no protection at all.
package membertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
)

// Directory implements [member.Directory]. Its zero value is ready and safe
// for any number of goroutines.
type Directory struct {
	mu     sync.Mutex
	serial int
	codes  map[string]member.Identity
	scene  string
}

var (
	_ member.Coder  = (*Directory)(nil)
	_ member.Hasher = Hasher{}
)

// AuthorizeURL implements [member.Directory].
func (d *Directory) AuthorizeURL(state string) (string, error) {
	return "https://open.test/authorize?" + url.Values{"state": {state}}.Encode(), nil
}

// Code implements [member.Coder].
func (d *Directory) Code(_ context.Context, scene string, _ time.Duration) (content string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.serial++
	d.scene = scene
	return fmt.Sprint("https://weixin.test/q/", d.serial), nil
}

// Scene is what the platform tells of a scan of the newest code.
func (d *Directory) Scene() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.scene
}

// Agree is a person agreeing on the consent page; it returns the code that
// comes back.
func (d *Directory) Agree(who member.Identity) (code string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.codes == nil {
		d.codes = make(map[string]member.Identity)
	}
	d.serial++
	code = fmt.Sprintf("code%d", d.serial)
	d.codes[code] = who
	return code
}

// Identify implements [member.Directory]: a code works once.
func (d *Directory) Identify(_ context.Context, code string) (member.Identity, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	who, ok := d.codes[code]
	if !ok {
		return member.Identity{}, fault.New(fault.Rejected, "code_used", "The code is not known.")
	}
	delete(d.codes, code)
	return who, nil
}

// Hasher implements [member.Hasher], fast and unsafe.
type Hasher struct{}

// Hash implements [member.Hasher].
func (Hasher) Hash(_ context.Context, password string) (string, error) {
	sum := sha256.Sum256([]byte(password))
	return hex.EncodeToString(sum[:]), nil
}

// Verify implements [member.Hasher].
func (h Hasher) Verify(ctx context.Context, password, hash string) (bool, error) {
	made, err := h.Hash(ctx, password)
	return err == nil && hash != "" && made == hash, err
}
