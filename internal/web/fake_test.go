package web_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/password"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/seal"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/web"
	"github.com/paypush/paypush/internal/webhook"
)

// approveAbove is the refund above which a second person is needed.
const approveAbove = 100_00

// platform is a payment platform of a few lines that works: it makes links,
// knows trades, and tells its own return addresses from made-up ones.
type platform struct {
	mu     sync.Mutex
	trades map[string]pay.Report
	bill   []pay.BillLine // of any day
}

func (p *platform) Bill(_ context.Context, _ pay.Day, each func(pay.BillLine) error) error {
	for _, l := range p.bill {
		if err := each(l); err != nil {
			return err
		}
	}
	return nil
}

func (p *platform) Link(_ context.Context, one pay.Payment, _, _ string) (string, error) {
	return "https://platform.example/gateway.do?channel=" + one.Channel + "&out_trade_no=" + one.Number + "&sign=a%2Bb", nil
}

func (p *platform) Query(_ context.Context, number string) (pay.Report, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r, ok := p.trades[number]; ok {
		return r, nil
	}
	return pay.Report{Number: number, State: pay.TradeAbsent}, nil
}

func (p *platform) Close(ctx context.Context, number string) (pay.Report, error) {
	return p.Query(ctx, number)
}

func (p *platform) ReadNotice(n pay.Posted) (pay.Report, error) {
	return p.Query(context.Background(), string(n.Body))
}

func (p *platform) ReadReturn(query string) (string, error) {
	q, err := url.ParseQuery(query)
	if err != nil || q.Get("sign") != "genuine" {
		return "", pay.ErrForged
	}
	return q.Get("out_trade_no"), nil
}

// directory is a WeChat account of a few lines: a code is a nickname. It makes
// parametric codes until it is told to fail.
type directory struct {
	mu     sync.Mutex
	scenes []string
	fails  error
}

func (d *directory) Code(_ context.Context, scene string, _ time.Duration) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.scenes = append(d.scenes, scene)
	return "https://weixin.example/q/code" + strconv.Itoa(len(d.scenes)), d.fails
}

// scene is what the platform tells of a scan of the newest code.
func (d *directory) scene() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.scenes[len(d.scenes)-1]
}

func (*directory) AuthorizeURL(state string) (string, error) {
	return "https://open.example/connect/oauth2/authorize?state=" + state + "#wechat_redirect", nil
}

func (*directory) Identify(_ context.Context, code string) (member.Identity, error) {
	if code == "used" {
		return member.Identity{}, fault.New(fault.Rejected, "wechat_code_used", "This code was used.")
	}
	return member.Identity{OpenID: "openid-of-" + code, Nickname: code, Snapshot: code == "snapshot"}, nil
}

// post is a channel that delivers at once, to everybody but those whose
// address holds "far".
type post struct {
	mu   sync.Mutex
	sent []push.Message
}

func (p *post) Send(_ context.Context, m push.Message) push.Outcome {
	if strings.Contains(m.Recipient, "far") {
		return push.Outcome{Status: push.Skipped, Code: "43004", Detail: "not following"}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, m)
	return push.Outcome{Status: push.Sent}
}

// listener is the team's application: it answers as it is told.
type listener struct {
	mu     sync.Mutex
	answer webhook.Reply
	last   webhook.Request
	heard  chan struct{} // one for each request
}

func (l *listener) Post(_ context.Context, r webhook.Request) webhook.Reply {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = r
	l.heard <- struct{}{}
	return l.answer
}

func ring(t testing.TB) seal.Ring {
	t.Helper()
	r, err := seal.Parse(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// PlatformTemplates, Configured and Preview make the account one with a
// template for activities. Its rule: nothing may be longer than 20 characters.
func (p *post) PlatformTemplates(context.Context) ([]push.PlatformTemplate, error) {
	return []push.PlatformTemplate{{ID: "T-activity", Title: "活动开始提醒", Example: "活动名称:新品体验\n开始时间:2026年3月1日",
		Keywords: []push.Keyword{{Name: "thing1", Label: "活动名称"}, {Name: "time2", Label: "开始时间"}}}}, nil
}

func (p *post) Configured(name string) (push.Layout, bool) {
	return push.Layout{ID: "T-receipt", Fields: map[string]string{"amount1": "amount", "thing2": "subject"}}, name == push.TemplateReceipt
}

func (p *post) Preview(l push.Layout, values map[string]string) (all []push.Line) {
	for keyword, text := range l.Fill(values) {
		line := push.Line{Keyword: keyword, Value: text}
		if len([]rune(text)) > 20 {
			line.Fault = "too long"
		}
		all = append(all, line)
	}
	return all
}

// people finds where a member is reached.
type people struct {
	store.Messages
	store member.Store
}

func (p people) Addresses(ctx context.Context, id string) ([]push.Address, error) {
	all, err := p.store.Bindings(ctx, id)
	var to []push.Address
	for _, b := range all {
		to = append(to, push.Address{Channel: "wechat", Account: b.Account, Recipient: b.OpenID})
	}
	return to, err
}

// clock is business time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *clock) advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

// world is a running site over a real store.
type world struct {
	t         testing.TB
	db        *store.DB
	closeDB   func() error
	clock     *clock
	directory *directory
	platform  *platform
	post      *post
	pay       *pay.Service
	push      *push.Service
	members   *member.Service
	campaigns *push.Campaigns
	followers *push.Followers
	webhooks  *webhook.Service
	books     *reconcile.Service
	listener  *listener
	site      *web.Site
	url       string
}

func start(t testing.TB, edit ...func(*web.Config)) *world {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "web.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	closeDB := sync.OnceValue(db.Close)
	t.Cleanup(func() { _ = closeDB() })
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: db, closeDB: closeDB, post: new(post), directory: new(directory), listener: &listener{heard: make(chan struct{}, 100)}, platform: &platform{trades: map[string]pay.Report{}},
		clock: &clock{at: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}}
	policy := pay.DefaultPolicy()
	policy.Surplus, policy.ApproveAbove = nil, approveAbove // everything is left to a person
	w.pay = pay.NewService(pay.Config{Policy: policy, Persons: db.Keys(), Store: db.Ledger(), Due: db.Ledger(), Rejects: db.Ledger(),
		Providers: map[string]pay.Provider{"alipay": w.platform}, Listeners: map[string]pay.Listener{"alipay": w.platform},
		Channels: []string{"alipay.page", "alipay.wap"}, Now: w.clock.now, NewID: id.New, Lifetime: 30 * time.Minute})
	w.push = push.NewService(push.Config{Store: db.Messages(), People: people{db.Messages(), db.People()}, WeChat: "wechat",
		Templates: []string{push.TemplateReceipt}, Book: db.Book(), Rules: db.Book(), Channels: map[string]push.Channel{"wechat": w.post}, Now: w.clock.now, NewID: id.New, BaseURL: "http://127.0.0.1"})
	w.campaigns = push.NewCampaigns(push.CampaignConfig{Store: db.Campaigns(), Messages: w.push, WeChat: "wechat",
		Channels: map[string]push.Channel{"wechat": w.post}, Now: w.clock.now, NewID: id.New, Holder: "test"})
	w.followers = push.NewFollowers(push.FollowersConfig{Store: db.Followers(), Channels: map[string]push.Channel{"wechat": w.post}, Now: w.clock.now, Holder: "test"})
	w.members = member.NewService(member.Config{Store: db.People(), Hasher: password.New(2), Throttle: db.Throttle(nil),
		Directories: map[string]member.Directory{"wechat": w.directory}, Now: w.clock.now, NewID: id.New})
	w.webhooks = webhook.NewService(webhook.Config{Store: db.Webhooks(), Sender: w.listener, Sealer: ring(t), Now: w.clock.now, NewID: id.New})
	w.books = reconcile.New(reconcile.Config{Store: db.Reconciliations(), Money: w.pay, Now: w.clock.now, Real: w.clock.now, NewID: id.New,
		Accounts: map[string]reconcile.Account{"alipay": {Biller: w.platform, Merchant: "m"}}})
	server := httptest.NewUnstartedServer(nil)
	w.url = "http://" + server.Listener.Addr().String()
	w.site = web.New(w.config(edit))
	server.Config.Handler = w.site.Handler()
	server.Start()
	t.Cleanup(func() { w.site.Close(); server.Close() })
	return w
}

func (w *world) config(edit []func(*web.Config)) web.Config {
	sessions := scs.New()
	sessions.Store = w.db.Sessions()
	sessions.Cookie.Name = "paypush_session"
	c := web.Config{Pay: w.pay, Push: w.push, Members: w.members, Sessions: sessions, Owners: w.db.Sessions(),
		SignIn: w.db.SignInLinks(), Desk: w.desk(), Wishes: w.followers, Pulse: w.db, WeChat: "wechat", FollowQR: "https://weixin.example/q/follow",
		PublicURL: w.url, Mode: web.ModeSandbox, Demo: true, SandboxURL: "http://127.0.0.1:1/sandbox/",
		VerifyFiles: map[string]string{"/MP_verify_abc123.txt": "abc123"}, Now: w.clock.now}
	for _, e := range edit {
		e(&c)
	}
	return c
}

// desk is what the console works with, straight from the store.
func (w *world) desk() *web.Desk {
	return &web.Desk{Figures: w.db.Ledger(), Outcomes: w.db.Messages(), Roll: w.db.People(), Keys: w.db.Keys(), Links: w.db.SignInLinks(),
		History: w.db.Outbox(), Trail: w.db.Trail(), Webhooks: w.webhooks, Books: w.books, Campaigns: w.campaigns, Followers: w.followers}
}

// settle lets the platform say that a number was paid, by a notice.
func (w *world) settle(number string, amount pay.Amount) {
	w.t.Helper()
	w.platform.mu.Lock()
	w.platform.trades[number] = pay.Report{Number: number, TradeNo: "20260304220014000000000001", State: pay.TradeSucceeded,
		Amount: amount, PaidAt: w.clock.now()}
	w.platform.mu.Unlock()
	if _, err := w.pay.Receive(context.Background(), pay.Posted{Account: "alipay", Body: []byte(number)}); err != nil {
		w.t.Fatal(err)
	}
}

// browser is somebody with cookies of their own, who does not follow redirects
// unless asked.
type browser struct {
	w      *world
	client *http.Client
	header http.Header
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w: w, header: http.Header{}, client: &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) do(method, path string, form url.Values) answer {
	b.w.t.Helper()
	var r *http.Request
	var err error
	target := path
	if strings.HasPrefix(path, "/") {
		target = b.w.url + path
	}
	if form != nil {
		r, err = http.NewRequest(method, target, strings.NewReader(form.Encode()))
	} else {
		r, err = http.NewRequest(method, target, nil)
	}
	if err != nil {
		b.w.t.Fatal(err)
	}
	for k, v := range b.header {
		r.Header[k] = v
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return read(b.w.t, resp)
}

func (b *browser) get(path string) answer { b.w.t.Helper(); return b.do("GET", path, nil) }

func (b *browser) post(path string, kv ...string) answer {
	b.w.t.Helper()
	form := url.Values{}
	for i := 0; i < len(kv); i += 2 {
		form.Add(kv[i], kv[i+1])
	}
	return b.do("POST", path, form)
}

const goodPassword = "a fine password"

// register makes a browser that is signed in under a name.
func (w *world) register(name string) *browser {
	w.t.Helper()
	b := w.browser()
	if a := b.post("/register", "user", name, "pwd", goodPassword); a.status != http.StatusSeeOther {
		w.t.Fatalf("register %s: %d\n%s", name, a.status, a.body)
	}
	return b
}

// buy makes an order and returns the path of its cashier.
func (b *browser) buy(subject, money string) string {
	b.w.t.Helper()
	a := b.post("/pay", "subject", subject, "money", money)
	if a.status != http.StatusSeeOther {
		b.w.t.Fatalf("buy: %d\n%s", a.status, a.body)
	}
	return a.location
}
