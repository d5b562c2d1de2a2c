package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
)

// rowsPerPage is how many rows a list of the console shows.
const rowsPerPage = 25

// consoleTable is the part of the table of routes for the people of the team.
func (s *Site) consoleTable() []route {
	off := s.Desk == nil
	return slices.Concat(s.pushTable(), s.bookTable(), []route{
		{"GET", "/admin", Operator, page, s.dashboard, off},
		{"GET", "/admin/orders", Operator, page, s.ordersBoard, off},
		{"GET", "/admin/orders/{order}", Operator, page, s.orderBoard, off},
		{"POST", "/admin/orders/{order}/close", Operator, page, s.closeOrder, off},
		{"POST", "/admin/orders/{order}/refund", Operator, page, s.refundOrder, off},
		{"POST", "/admin/orders/{order}/query", Operator, page, s.queryOrder, off},
		{"GET", "/admin/surpluses", Operator, page, s.surplusBoard, off},
		{"POST", "/admin/surpluses/{payment}", Operator, page, s.decideSurplus, off},
		{"GET", "/admin/refunds", Operator, page, s.refundBoard, off},
		{"POST", "/admin/refunds/{refund}", Operator, page, s.decideRefund, off},
		{"GET", "/admin/notices", Operator, page, s.noticesBoard, off},
		{"GET", "/admin/notices/{notice}", Operator, page, s.noticeBoard, off},
		{"POST", "/admin/notices/{notice}/replay", Operator, page, s.replayNotice, off},
		{"GET", "/admin/forged", Operator, page, s.forgedBoard, off},
		{"GET", "/admin/webhooks", Operator, page, s.webhooksBoard, off},
		{"POST", "/admin/webhooks", Admin, page, s.createEndpoint, off},
		{"GET", "/admin/webhooks/{endpoint}", Operator, page, s.endpointBoard, off},
		{"POST", "/admin/webhooks/{endpoint}/pause", Admin, page, s.pauseEndpoint, off},
		{"POST", "/admin/webhooks/{endpoint}/resume", Admin, page, s.resumeEndpoint, off},
		{"POST", "/admin/webhooks/{endpoint}/replay", Operator, page, s.replayRange, off},
		{"GET", "/admin/webhooks/{endpoint}/settings", Admin, page, s.settingsBoard, off},
		{"POST", "/admin/webhooks/{endpoint}/settings", Admin, page, s.changeEndpoint, off},
		{"POST", "/admin/webhooks/{endpoint}/rotate", Admin, page, s.rotateEndpoint, off},
		{"POST", "/admin/webhooks/{endpoint}/delete", Admin, page, s.deleteEndpoint, off},
		{"GET", "/admin/deliveries/{delivery}", Operator, page, s.deliveryBoard, off},
		{"POST", "/admin/deliveries/{delivery}/replay", Operator, page, s.replayDelivery, off},
		{"GET", "/admin/people", Operator, page, s.peopleBoard, off},
		{"POST", "/admin/people", Admin, page, s.createMember, off},
		{"GET", "/admin/people/{member}", Operator, page, s.memberBoard, off},
		{"POST", "/admin/people/{member}/role", Admin, page, s.changeRole, off},
		{"POST", "/admin/people/{member}/link", Admin, page, s.makeSignIn, off},
		{"GET", "/admin/keys", Admin, page, s.keysBoard, off},
		{"POST", "/admin/keys", Admin, page, s.createKey, off},
		{"POST", "/admin/keys/{key}/revoke", Admin, page, s.revokeKey, off},
		{"GET", "/admin/trail", Admin, page, s.trailBoard, off},
	})
}

// OrderStates lists the states that one may search for.
func (b board) OrderStates() []pay.OrderStatus {
	return []pay.OrderStatus{pay.OrderPending, pay.OrderPaid, pay.OrderClosed}
}

// board is what every page of the console has.
type board struct {
	Base
	input
	Done string // the sentence about what was just done; empty for none
	Next string // where the next page of a list is; empty for the last
}

func (s *Site) board(r *http.Request, name string) board {
	b := board{Base: s.base(r, "admin")}
	b.Board, b.Title = name, b.T("board."+name)
	b.input = input{locale: b.Locale, Values: map[string]string{}}
	q := r.URL.Query()
	if k := "done." + q.Get("done"); b.Locale.Has(k) {
		b.Done = b.T(k)
	}
	q.Del("done")
	b.Self = localPath((&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String())
	return b
}

// filled takes the fields of a search form into the page's values.
func (b *board) filled(r *http.Request, fields ...string) {
	for _, f := range fields {
		b.Values[f] = r.URL.Query().Get(f)
	}
}

// more says where a list goes on, where it is as long as a page.
func (b *board) more(r *http.Request, rows int, last func() string) {
	if rows < rowsPerPage {
		return
	}
	q := r.URL.Query()
	q.Set("cursor", last())
	q.Del("done")
	q.Del("again")
	b.Next = r.URL.Path + "?" + q.Encode()
}

// answered leads to a page after something was done there, or shows the page
// again with what stood against it.
func (s *Site) answered(w http.ResponseWriter, r *http.Request, err error, to, done string,
	again func(w http.ResponseWriter, r *http.Request, why error) error) error {
	if err == nil {
		return seeOther(w, r, to+"?done="+done)
	}
	if kind := fault.KindOf(err); kind == fault.Internal || kind == fault.NotFound {
		return err
	}
	if statusOf(err) >= http.StatusInternalServerError {
		s.Log.LogAttrs(r.Context(), slog.LevelError, "an action of the console failed", slog.String("request_id", requestID(r)), slog.Any("error", err))
	}
	return again(w, r, err)
}

// show renders a page of the console, with the status of what stood against
// the last action where something did.
func (s *Site) show(w http.ResponseWriter, name string, why error, data any) error {
	status := http.StatusOK
	if why != nil {
		status = statusOf(why)
	}
	s.render(w, status, name, data)
	return nil
}

// tab leads to one part of a list by the state of what is in it.
type tab struct {
	Link, Text string
	Here       bool
}

// tile is one number on the first page.
type tile struct {
	Key, Link, Value, Under string
	Urgent                  bool
}

// dashboardPage is the console's first page.
type dashboardPage struct {
	board
	Tiles []tile
}

func (s *Site) dashboard(w http.ResponseWriter, r *http.Request) error {
	p := dashboardPage{board: s.board(r, "home")}
	for _, fill := range []func(*http.Request, *dashboardPage) error{s.tileMoney, s.tileWork, s.tileDifferences, s.tileForged, s.tileMessages, s.tileWebhooks} {
		if err := fill(r, &p); err != nil {
			return fault.Wrap("web.dashboard", err)
		}
	}
	return s.show(w, "admin-home", nil, p)
}

// midnight is when the day began in China, by business time.
func (s *Site) midnight() time.Time {
	now := s.Now().In(china)
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, china).UTC()
}

func (s *Site) tileMoney(r *http.Request, p *dashboardPage) error {
	day := s.midnight()
	paid, err := s.Desk.Figures.Paid(r.Context(), day)
	if err != nil {
		return err
	}
	sums, err := s.Desk.Figures.Sums(r.Context(), day)
	if err != nil {
		return err
	}
	var made int64
	for _, one := range sums {
		made += one.Count
	}
	today := "?from=" + s.Now().In(china).Format(time.DateOnly)
	p.Tiles = append(p.Tiles,
		tile{"paid", "/admin/orders" + today + "&status=paid", p.Locale.Money(paid.Amount), p.T("tile.paid.under", paid.Count), false},
		tile{"orders", "/admin/orders" + today, strconv.FormatInt(made, 10), "", false})
	return nil
}

func (s *Site) tileWork(r *http.Request, p *dashboardPage) error {
	held, err := s.Pay.Reader().SurplusesIn(r.Context(), pay.SurplusHeld, 100)
	if err != nil {
		return err
	}
	waiting, err := s.Pay.Reader().RefundsIn(r.Context(), pay.RefundApproving, 100)
	if err != nil {
		return err
	}
	p.Tiles = append(p.Tiles, tile{"surpluses", "/admin/surpluses", atMost(len(held)), "", len(held) > 0},
		tile{"refunds", "/admin/refunds", atMost(len(waiting)), "", len(waiting) > 0})
	return nil
}

// atMost writes a count of which no more than a hundred were looked at.
func atMost(n int) string {
	if n >= 100 {
		return "100+"
	}
	return strconv.Itoa(n)
}

func (s *Site) tileForged(r *http.Request, p *dashboardPage) error {
	counts, err := s.Desk.Figures.ForgedCounts(r.Context(), time.Now().Add(-24*time.Hour))
	if err != nil {
		return err
	}
	var n int64
	for _, c := range counts {
		n += c.Count
	}
	p.Tiles = append(p.Tiles, tile{"forged", "/admin/forged", strconv.FormatInt(n, 10), p.T("tile.day"), n > 0})
	return nil
}

func (s *Site) tileMessages(r *http.Request, p *dashboardPage) error {
	counts, err := s.Desk.Outcomes.Outcomes(r.Context(), time.Now().Add(-24*time.Hour))
	if err != nil {
		return err
	}
	for _, st := range []push.Status{push.Sent, push.Failed, push.Skipped, push.Unknown} {
		p.Tiles = append(p.Tiles, tile{"messages." + string(st), "/admin/messages?status=" + string(st),
			strconv.FormatInt(counts[st], 10), p.T("tile.day"), counts[st] > 0 && (st == push.Failed || st == push.Unknown)})
	}
	return nil
}
