package pay

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// The bounds of an order's lifetime. Alipay takes links of one minute to
// fifteen days.
const (
	MinLifetime = time.Minute
	MaxLifetime = 15 * 24 * time.Hour
)

// NewOrder is what somebody asks for.
type NewOrder struct {
	Amount    Amount            // fen
	Subject   string            // 1 to 128 characters
	Number    string            // out_trade_no; empty for one of ours
	Channel   string            // empty for the cashier page, else a link is made at once
	MemberID  string            // empty for nobody
	ReturnURL string            // absolute http or https; empty for none
	ExpiresIn time.Duration     // whole seconds; 0 for the default
	Metadata  map[string]string // up to 20 entries
}

// Draft is an order that is ready to be placed: everything that costs time,
// such as a signature, was done, and nothing is stored.
type Draft struct {
	Order   Order
	Payment *Payment // nil where no channel was named
	Link    string   // the payment's link; empty without one
}

// Draft checks the input and prepares an order. Every fault of the input is in
// the error, which is of kind invalid. It stores nothing and calls nobody.
func (s *Service) Draft(ctx context.Context, in NewOrder) (Draft, error) {
	if in.ExpiresIn == 0 {
		in.ExpiresIn = s.lifetime
	}
	if err := in.check(); err != nil {
		return Draft{}, err
	}
	now := s.now()
	o := Order{ID: s.newID("ord"), Number: in.Number, Amount: in.Amount, Subject: in.Subject,
		Status: OrderPending, MemberID: in.MemberID, ReturnURL: in.ReturnURL, Metadata: in.Metadata,
		Digest: in.digest(), Version: 1, CreatedAt: now, ExpiresAt: now.Add(in.ExpiresIn)}
	o.CloseAt = o.ExpiresAt.Add(afterExpiry)
	if o.Number == "" {
		o.Number = newNumber(now)
	}
	if in.Channel == "" {
		return Draft{Order: o}, nil
	}
	p, link, err := s.begin(ctx, &o, in.Channel)
	if err != nil {
		return Draft{}, err
	}
	return Draft{Order: o, Payment: &p, Link: link}, nil
}

// Place stores a draft and its event in one transaction. Where an order with
// the same number and the same data exists it changes nothing and returns that
// order with existed true; with other data it fails with [ErrOrderDiffers].
// Placing one draft twice is therefore harmless.
func (s *Service) Place(ctx context.Context, d Draft) (placed Order, existed bool, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		if err := tx.InsertOrder(ctx, d.Order); err != nil {
			return err
		}
		if d.Payment != nil {
			if err := tx.InsertPayment(ctx, *d.Payment); err != nil {
				return err
			}
		}
		return s.raise(ctx, tx, event.OrderCreated, d.Order.ID, d.Order.Version, orderData(d.Order))
	})
	if errors.Is(err, ErrNumberTaken) {
		return s.placedBefore(ctx, d)
	}
	if err != nil {
		return Order{}, false, fault.Wrap("pay.Place", err)
	}
	return d.Order, false, nil
}

func (s *Service) placedBefore(ctx context.Context, d Draft) (Order, bool, error) {
	o, err := s.store.OrderByNumber(ctx, d.Order.Number)
	if errors.Is(err, ErrNoOrder) {
		return Order{}, false, ErrNumberTaken // a later payment of another order has it
	}
	if err != nil {
		return Order{}, false, fault.Wrap("pay.Place", err)
	}
	if o.Digest != d.Order.Digest {
		return Order{}, false, ErrOrderDiffers
	}
	return o, true, nil
}

// raise adds an event about an object to the outbox of the transaction.
func (s *Service) raise(ctx context.Context, tx stage, t event.Type, object string, version int64, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return tx.AddEvent(ctx, event.Event{ID: s.newID("evt"), Type: t, Object: object, Version: version, Data: b, At: s.now()})
}

func (in NewOrder) check() error {
	var all []fault.Field
	add := func(pointer, code, message string) {
		all = append(all, fault.Field{Pointer: pointer, Code: code, Message: message})
	}
	if in.Amount.Check() != nil {
		add("/amount", "amount_invalid", errAmount.Message)
	}
	if !goodSubject(in.Subject) {
		add("/subject", "subject_invalid", "The subject must be 1 to 128 printable characters, and not blank.")
	}
	if in.Number != "" && !GoodNumber(in.Number) {
		add("/out_trade_no", "number_invalid", "The out_trade_no must be 8 to 32 characters of 0-9, A-Z and a-z.")
	}
	if in.ExpiresIn < MinLifetime || in.ExpiresIn > MaxLifetime {
		add("/expires_in", "lifetime_invalid", "The lifetime must be 60 to 1296000 seconds.")
	}
	if in.ReturnURL != "" && !goodURL(in.ReturnURL) {
		add("/return_url", "url_invalid", "The address must be absolute, of http or https, and at most 512 characters.")
	}
	if !goodMetadata(in.Metadata) {
		add("/metadata", "metadata_invalid", "Metadata takes 20 entries, keys of 1 to 40 and values of up to 500 characters.")
	}
	if len(all) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: all[0].Code, Message: all[0].Message, Fields: all}
}

// GoodNumber reports whether s may be an out_trade_no on every platform: 8 to
// 32 ASCII letters and digits.
func GoodNumber(s string) bool {
	if len(s) < 8 || len(s) > 32 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
			return false
		}
	}
	return true
}

func goodSubject(s string) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > 128 || strings.TrimSpace(s) == "" {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

func goodURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= 512 && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

func goodMetadata(m map[string]string) bool {
	for k, v := range m {
		if k == "" || utf8.RuneCountInString(k) > 40 || utf8.RuneCountInString(v) > 500 {
			return false
		}
	}
	return len(m) <= 20
}

// newNumber makes an order number: the day in China, for people, and 70 random
// bits, so that it is neither a clock reading nor to be guessed.
func newNumber(now time.Time) string {
	var b [9]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails
	return now.In(china).Format("20060102") + base32.StdEncoding.EncodeToString(b[:])[:14]
}

// china is the zone of the platforms' days, fixed so that no zone database is needed.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)
