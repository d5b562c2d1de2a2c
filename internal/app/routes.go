package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/paypush/paypush/internal/api"
	"github.com/paypush/paypush/internal/callback"
	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/request"
	"github.com/paypush/paypush/internal/web"
)

// writeWait bounds an answer from the end of the request's header on, so that
// who asks and never reads holds no connection for ever. Event streams set a
// deadline of their own for each write.
const writeWait = 2 * time.Minute

// newHTTPServer puts everything that is served behind one server. Live pages
// are ended when it shuts down, so that they don't hold it up.
func (s *Server) newHTTPServer() *http.Server {
	mux := http.NewServeMux()
	site := s.newSite()
	site.Register(mux)
	v1 := api.New(mux, api.Config{Pay: s.pay, Push: s.push, Keys: keys{s.db.Keys()}, Events: events{s.db.Outbox(), s.db},
		Replays: replays{s.db.Idempotency()}, Webhooks: s.webhooks, Books: s.books, Billed: s.accounts.billed, Campaigns: s.campaigns, Followers: s.followers, Members: s.members, Roll: s.db.People(), WeChat: s.wechat().Name, NewID: id.New, PublicURL: s.conf.PublicURL, Version: s.version, Now: s.clock.Now, Log: s.log})
	s.routeDocs(mux, v1, site)
	s.routeCallbacks(mux, site)
	s.routeHealth(mux)
	s.routeMetrics(mux)
	live, end := context.WithCancel(context.Background())
	server := &http.Server{Handler: withRequestID(s.parting(s.watched(mux))), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: writeWait, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, BaseContext: func(net.Listener) context.Context { return live },
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	server.RegisterOnShutdown(site.Close)
	server.RegisterOnShutdown(func() { time.AfterFunc(8*time.Second, end) })
	return server
}

func (s *Server) newSite() *web.Site {
	sessions := scs.New()
	sessions.Store = s.db.Sessions()
	sessions.Lifetime = 30 * 24 * time.Hour
	sessions.Cookie.Name, sessions.Cookie.HttpOnly, sessions.Cookie.SameSite = "paypush", true, http.SameSiteLaxMode
	sessions.Cookie.Secure = len(s.conf.PublicURL) > 5 && s.conf.PublicURL[:5] == "https"
	account := s.wechat()
	files := map[string]string{}
	for name, content := range account.VerifyFiles {
		files["/"+name] = content
	}
	return web.New(web.Config{Pay: s.pay, Push: s.push, Members: s.members, Sessions: sessions, SignIn: s.db.SignInLinks(), Desk: s.desk(), Wishes: s.followers,
		Owners: s.db.Sessions(), Pulse: s.db, WeChat: account.Name, FollowQR: account.Follow, BindByCode: account.Bind == "qr",
		PublicURL: s.conf.PublicURL, Mode: string(s.conf.Mode), Demo: s.conf.Demo || s.conf.Mode == config.Sandbox,
		SandboxURL: s.phoneURL(), VerifyFiles: files, Now: s.clock.Now, Log: s.log})
}

// phoneURL is the sandbox's page with the phones; empty in other modes.
func (s *Server) phoneURL() string {
	if s.conf.SandboxURL == "" {
		return ""
	}
	return s.conf.SandboxURL + "/sandbox/"
}

// routeCallbacks gives every account an address of its own; the first of a
// platform also has the one without a name.
func (s *Server) routeCallbacks(mux *http.ServeMux, site *web.Site) {
	notices := callback.NewNotices(s.pay, s.log)
	for i, a := range s.conf.Alipay {
		if i == 0 {
			mux.Handle("POST /notify/alipay", notices.Alipay(a.Name))
		}
		mux.Handle("POST /notify/alipay/"+a.Name, notices.Alipay(a.Name))
	}
	for i, a := range s.conf.WeChat {
		handler := s.wechatEvents(a.Name, site)
		if i == 0 {
			mux.Handle("/wechat/events", handler)
		}
		mux.Handle("/wechat/events/"+a.Name, handler)
	}
}

func (s *Server) routeHealth(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", s.ready)
}

// parting has a server that retires close each connection behind the answer,
// so that a balancer which keeps connections runs out of those to it.
func (s *Server) parting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.retiring.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// ready answers 200 while the database answers and the server is to stay.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.retiring.Load() {
		plain(w, http.StatusServiceUnavailable, "the server is about to stop\n")
		return
	}
	if err := s.db.Ping(r.Context()); err != nil {
		s.log.ErrorContext(r.Context(), "not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "the database does not answer\n")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]string{"status": "ready", "mode": string(s.conf.Mode), "version": s.version}) //nolint:errcheck // the reader has gone
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte(text)) //nolint:errcheck // the reader has gone
}

func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := request.WithID(r.Context())
		w.Header().Set("X-Request-Id", request.ID(ctx))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
