// Package sandbox is a faithful local stand-in for the payment and messaging
// platforms: one origin that speaks each platform's own wire, keeps one world
// with its own clock, and goes wrong on request. It serves developers who have
// no merchant account and tests that need a platform which tells the truth
// afterwards.
//
// It is not for production: it hands its private keys and its whole ledger to
// everybody who can reach it, so bind it to loopback only. It shares no code
// with the clients of this module; both are written from the platforms'
// documents, so that one mistake cannot hide on both sides.
//
// The rule that surprises: time is the sandbox's own. Move it by
// POST /sandbox/clock, and everything that was due meanwhile happens at once.
package sandbox

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/paypush/paypush/sandbox/alipay"
	"github.com/paypush/paypush/sandbox/phone"
	"github.com/paypush/paypush/sandbox/wechat"
	"github.com/paypush/paypush/sandbox/world"
)

// Options says how a Sandbox behaves. The zero value is a sandbox in real time
// that keeps nothing.
type Options struct {
	// Dir is the folder where keys, trades and everything else is kept. Empty
	// means that each sandbox starts anew.
	Dir string
	// Speed is how many seconds pass in the sandbox during a real one; zero
	// means one.
	Speed float64
	// Seed makes faults repeatable; zero picks one at random.
	Seed uint64
	// Logger receives what goes wrong inside. Nil discards it.
	Logger *slog.Logger
}

// platform is what every emulated platform gives to the root.
type platform interface {
	// Register adds the platform's own wire paths and its control paths
	// under /sandbox/<platform>/.
	Register(mux *http.ServeMux)
	// Credentials is its part of GET /sandbox/credentials.
	Credentials() any
	// Truth is its part of GET /sandbox/truth.
	Truth() any
}

// teller is a platform whose truth may be too long to be held as text.
type teller interface {
	// TellTruth writes what Truth returns, piece by piece, as JSON.
	TellTruth(w io.Writer) error
}

// summer is a platform that can say its sums without listing everything.
type summer interface {
	// Sums is its part of GET /sandbox/truth?sums=1.
	Sums() any
}

// Sandbox is an http.Handler that speaks for every platform. All methods may
// be called from any goroutine.
type Sandbox struct {
	world     *world.World
	base      baseURL
	history   *history
	platforms map[string]platform
	authority *authority
	tunnels   *tunnels
	handler   http.Handler
}

// New opens the sandbox kept in o.Dir, or makes one with fresh keys. The
// caller serves it, tells it its address with SetBaseURL, and closes it.
func New(o Options) (*Sandbox, error) {
	w, err := world.New(world.Options{Dir: o.Dir, Speed: o.Speed, Seed: o.Seed, Logger: o.Logger})
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s := &Sandbox{world: w, history: newHistory(historySize), platforms: map[string]platform{}}
	mux := http.NewServeMux()
	s.registerControl(mux)
	if s.authority, err = openAuthority(w); err == nil {
		err = s.mount(mux)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: %w", err), w.Close())
	}
	s.handler = s.guard(s.record(mux))
	s.tunnels = newTunnels(s)
	return s, nil
}

// mount makes the page for people and every platform; each is one line.
func (s *Sandbox) mount(mux *http.ServeMux) error {
	phone.New(s.world).Register(mux)
	return errors.Join(
		s.add(mux, "alipay", func() (platform, error) { return alipay.New(s.world, s.base.get) }),
		s.add(mux, "wechat", func() (platform, error) { return wechat.New(s.world, s.base.get) }),
	)
}

func (s *Sandbox) add(mux *http.ServeMux, name string, open func() (platform, error)) error {
	p, err := open()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s.platforms[name] = p
	p.Register(mux)
	return nil
}

// SetBaseURL tells the origin under which the sandbox is reached, such as
// http://127.0.0.1:8081, for the links it hands out. Until it is told, the
// sandbox uses the Host of the requests it gets.
func (s *Sandbox) SetBaseURL(origin string) { s.base.set(origin) }

// ServeHTTP answers for every platform and for the control calls. As an HTTPS
// proxy it also takes CONNECT for the platforms' real hosts.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		s.tunnels.open(w, r, s.TLSConfig())
		return
	}
	if !isPlatformHost(r.Host) {
		s.base.see(r.Host)
	}
	s.handler.ServeHTTP(w, r)
}

// Close stops timers, waits for notices that are being sent, and closes what
// is kept. Requests should have ended before.
func (s *Sandbox) Close() error { return errors.Join(s.tunnels.close(), s.world.Close()) }
