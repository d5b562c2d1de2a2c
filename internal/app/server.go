package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/job"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/metrics"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/survey"
	"github.com/paypush/paypush/internal/trace"
	"github.com/paypush/paypush/internal/webhook"
)

// Options are what a program that embeds the server decides.
type Options struct {
	Log     *slog.Logger // nil for none
	Version string
}

// Server is a running server.
type Server struct {
	conf    config.Config
	log     *slog.Logger
	version string

	db       *store.DB
	clock    *clock
	accounts accounts
	pay      *pay.Service
	push     *push.Service
	members  *member.Service
	webhooks *webhook.Service
	books    *reconcile.Service

	campaigns *push.Campaigns
	followers *push.Followers

	jobs job.Runner

	tracer    *trace.Tracer // nil where traces go nowhere
	metrics   *metrics.Metrics
	survey    *survey.Survey
	numbers   *http.Server // nil without an address for the metrics alone
	numbersAt string

	http     *http.Server
	retiring atomic.Bool // told to stop, and still serving

	failed chan error
	stop   context.CancelFunc // ends the loops
	loops  sync.WaitGroup
}

// Start opens everything and serves. When it returns without an error the
// address answers; port 0 in the configuration chooses a free one. A cancelled
// ctx ends the start, not the running server.
func Start(ctx context.Context, conf config.Config, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{conf: conf, log: o.Log, version: o.Version, clock: new(clock), failed: make(chan error, 1)}
	listener, err := net.Listen("tcp", conf.Listen)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another address with --listen", err)
	}
	if err := s.open(ctx, listener.Addr().String()); err != nil {
		return nil, errors.Join(err, listener.Close(), s.closeStore())
	}
	if err := s.begin(ctx, listener); err != nil {
		return nil, errors.Join(err, listener.Close(), s.closeStore())
	}
	return s, nil
}

// open brings up what the server stands on, in the order in which each needs
// the other, without serving anybody yet.
func (s *Server) open(ctx context.Context, address string) error {
	if s.conf.PublicURL == "" && s.conf.Mode == config.Sandbox {
		s.conf.PublicURL = "http://" + address
	}
	if s.conf.Mode == config.Sandbox {
		if err := s.meetSandbox(ctx); err != nil {
			return err
		}
	}
	if err := s.conf.Check(); err != nil {
		return fmt.Errorf("configuration:\n%w", err)
	}
	if err := s.openTraces(ctx); err != nil {
		return err
	}
	if err := s.openStore(ctx); err != nil {
		return err
	}
	if err := s.openMetrics(ctx); err != nil {
		return err
	}
	hc := newHTTPClient(s.conf)
	hc.Transport = s.tracer.Calls(s.metrics.Calls(hc.Transport))
	var err error
	if s.accounts, err = openAccounts(s.conf, hc, s.countedTokens(), s.clock.Now, s.log); err != nil {
		return err
	}
	s.openDomains()
	if err := s.openWebhooks(ctx); err != nil {
		return err
	}
	s.jobs, err = s.openJobs(ctx)
	return err
}

func (s *Server) meetSandbox(ctx context.Context) error {
	box := newSandboxClient(s.conf.SandboxURL)
	s.conf.SandboxURL = box.base
	if err := box.accounts(ctx, &s.conf); err != nil {
		return err
	}
	return s.clock.set(ctx, box)
}

func (s *Server) openStore(ctx context.Context) error {
	if err := os.MkdirAll(s.conf.Data, 0o700); err != nil {
		return err
	}
	var err error
	if s.db, err = store.Open(ctx, s.conf.DatabaseURL(), store.Options{Log: s.log, Traced: s.tracer.Transaction}); err != nil {
		return err
	}
	if err := migrate(ctx, s.db, s.conf.DatabaseURL()); err != nil {
		return err
	}
	return s.db.Stamp(ctx, string(s.conf.Mode))
}

func (s *Server) openDomains() {
	ledger := s.db.Ledger()
	s.pay = pay.NewService(pay.Config{Persons: s.db.Keys(), Store: s.metrics.Ledger(ledger), Due: ledger, Rejects: s.metrics.Rejects(ledger), Providers: s.accounts.providers,
		Listeners: s.accounts.listeners, Channels: s.accounts.payChannels, Now: s.clock.Now, NewID: id.New,
		Lifetime: time.Duration(s.conf.Lifetime), Policy: s.conf.Policy(), Log: s.log})
	s.openBooks()
	s.openPush()
	s.members = newMembers(s.db, s.accounts.directories, s.clock.Now)
}

// wechat is the account that people are bound at, the first one.
func (s *Server) wechat() config.WeChat {
	if len(s.conf.WeChat) == 0 {
		return config.WeChat{}
	}
	return s.conf.WeChat[0]
}

func (s *Server) templates() (names []string) {
	for name := range s.wechat().Templates {
		names = append(names, name)
	}
	return names
}

// begin serves and starts the loops.
func (s *Server) begin(ctx context.Context, l net.Listener) error {
	if err := s.beginMetrics(); err != nil {
		return err
	}
	if err := errors.Join(s.db.Campaigns().Recover(ctx), s.jobs.Start(ctx)); err != nil {
		return err
	}
	live, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.loop(func() { sweep(live, s.pay, s.log) })
	s.loop(func() { s.dispatcher().run(live) })
	s.loop(func() { s.runBooks(live) })
	s.loop(func() { s.runArchive(live) })
	s.loop(func() { s.webhooks.Run(live) })
	s.beginPush(live)
	s.beginCleaning(live)
	if s.conf.Mode == config.Sandbox {
		s.loop(func() { s.clock.follow(live, newSandboxClient(s.conf.SandboxURL), s.log) })
	}
	s.http = s.newHTTPServer()
	go func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
	s.log.Info("serving", "url", s.conf.PublicURL, "address", l.Addr().String(), "mode", string(s.conf.Mode), "engine", s.db.Engine())
	if s.conf.Mode == config.Sandbox {
		s.introduceSelf(ctx, live) // the settings page tries the callback address, so we must be serving
	}
	return nil
}

func (s *Server) loop(run func()) { s.loops.Go(run) }

// dispatcher knows what follows from which event.
func (s *Server) dispatcher() *dispatcher {
	return &dispatcher{outbox: events{s.db.Outbox(), s.db}, queue: s.jobs, holder: rand.Text(), log: s.log,
		answer: s.answer, every: s.webhooks.Enqueue,
		routes: map[event.Type]func(context.Context, event.Event) ([]job.Job, error){
			event.MessageQueued: func(_ context.Context, e event.Event) ([]job.Job, error) {
				return []job.Job{deliverJob(e.Object)}, nil
			},
		}}
}

// URL is our origin as people and platforms reach it.
func (s *Server) URL() string { return s.conf.PublicURL }

// Failed receives an error if the server stops serving by itself.
func (s *Server) Failed() <-chan error { return s.failed }

// Retire has /readyz say no from now on, and callers told to leave their
// connections, while everything is served as before: the balancer has the time
// until [Server.Close] to send nobody here any more.
func (s *Server) Retire() { s.retiring.Store(true) }

// Close takes no more requests, lets those that have begun and the running
// jobs end until ctx does, and closes everything. What was not finished is
// durable and goes on at the next start.
func (s *Server) Close(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	s.stop()
	s.loops.Wait()
	return errors.Join(err, s.jobs.Stop(ctx), s.closeStore())
}

// closeStore closes the database, and before it whatever looks at it.
func (s *Server) closeStore() error {
	var all []error
	if s.numbers != nil {
		all = append(all, s.numbers.Close())
	}
	if s.survey != nil {
		all = append(all, s.survey.Close())
	}
	if s.db != nil {
		all = append(all, s.db.Close())
	}
	s.closeTraces()
	return errors.Join(all...)
}
