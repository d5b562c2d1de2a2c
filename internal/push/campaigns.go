package push

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/bell"
	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Campaigns is everything that may be done with campaigns. It is safe for any
// number of goroutines and of nodes over one store.
type Campaigns struct {
	store     CampaignStore
	marked    time.Time // when this node noted progress last; of the managing goroutine alone
	messages  *Service
	channels  map[string]Channel
	wechat    string
	rates     map[string]int64
	caps      map[string]Cap
	now       func() time.Time
	real      func() time.Time
	newID     func(prefix string) string
	holder    string
	slots     chan struct{} // one for each try that may be under way
	launching sync.Mutex    // by the batch that fills the slots
	wake      *bell.Bell
	log       *slog.Logger
}

// CampaignConfig is what a [Campaigns] works with.
type CampaignConfig struct {
	Store       CampaignStore
	Messages    *Service           // knows the templates
	Channels    map[string]Channel // by account name
	WeChat      string             // the account that sends
	Rates       map[string]int64   // messages a second of an account, or under [ProviderWeChat] of all, on all nodes together; none for no limit
	Caps        map[string]Cap     // promotions to one person, of an account; none for no cap
	Concurrency int                // tries under way at once on this node; 0 for 64
	Now         func() time.Time   // business time
	Real        func() time.Time   // real time, for leases and rates; nil for time.Now
	NewID       func(prefix string) string
	Holder      string // names this node
	Log         *slog.Logger
}

// NewCampaigns makes the service.
func NewCampaigns(c CampaignConfig) *Campaigns {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Real == nil {
		c.Real = time.Now
	}
	if c.Concurrency <= 0 {
		c.Concurrency = 64
	}
	return &Campaigns{store: c.Store, messages: c.Messages, channels: c.Channels, wechat: c.WeChat, rates: c.Rates, caps: c.Caps, now: c.Now,
		real: c.Real, newID: c.NewID, holder: c.Holder, slots: make(chan struct{}, c.Concurrency), wake: bell.New(), log: c.Log}
}

// Campaign finds one campaign.
func (s *Campaigns) Campaign(ctx context.Context, id string) (Campaign, error) {
	c, err := s.store.Campaign(ctx, id)
	return c, fault.Wrap("push.Campaign "+id, err)
}

// List gives the newest campaigns with ids below before; empty for all.
func (s *Campaigns) List(ctx context.Context, before string, limit int) ([]Campaign, error) {
	all, err := s.store.Campaigns(ctx, before, limit)
	return all, fault.Wrap("push.Campaigns", err)
}

// Counts tells how many recipients of a campaign are in which state.
func (s *Campaigns) Counts(ctx context.Context, c Campaign) (Counts, error) {
	n, err := s.store.Counts(ctx, c.No)
	return n, fault.Wrap("push.Counts "+c.ID, err)
}

// Deliveries lists recipients of a campaign with their results.
func (s *Campaigns) Deliveries(ctx context.Context, c Campaign, f DeliveryFilter) ([]Delivery, error) {
	f.No, f.Account = c.No, c.Account
	all, err := s.store.Deliveries(ctx, f)
	return all, fault.Wrap("push.Deliveries "+c.ID, err)
}

// All is Deliveries to the end, page after page, beginning after f.After. It
// ends with the first error.
func (s *Campaigns) All(ctx context.Context, c Campaign, f DeliveryFilter) iter.Seq2[Delivery, error] {
	return func(yield func(Delivery, error) bool) {
		for f.Limit = allAtOnce; ; {
			page, err := s.Deliveries(ctx, c, f)
			if err != nil {
				yield(Delivery{}, err)
				return
			}
			for _, d := range page {
				if !yield(d, nil) {
					return
				}
				f.After = d.N
			}
			if len(page) < f.Limit || f.Recipient != "" {
				return
			}
		}
	}
}

// allAtOnce is how many recipients All reads at once.
const allAtOnce = 1000

// Place stores a drafted campaign. Nobody is told anything by it: see Start.
func (s *Campaigns) Place(ctx context.Context, c Campaign, openids []string) error {
	err := s.store.UpdateCampaigns(ctx, func(tx CampaignTx) error {
		if err := tx.InsertCampaign(ctx, c, openids); err != nil {
			return err
		}
		return s.tell(ctx, tx, c)
	})
	return fault.Wrap("push.Place "+c.ID, err)
}

// Start has a draft sent: at once, or at its time where that is to come. A
// scheduled one starts at once. Starting what has started changes nothing.
func (s *Campaigns) Start(ctx context.Context, id string) (Campaign, error) {
	version, err := s.versionFor(ctx, id)
	if err != nil {
		return Campaign{}, fault.Wrap("push.Start "+id, err)
	}
	c, err := s.move(ctx, id, func(tx CampaignTx, c *Campaign) error {
		switch {
		case c.Status == CampaignRunning:
			return errSame
		case c.Status == CampaignDraft && c.StartAt.After(s.now()):
			c.Status = CampaignScheduled
			return nil
		case c.Status != CampaignDraft && c.Status != CampaignScheduled:
			return ErrCampaignState
		}
		return s.begin(ctx, tx, c, version)
	})
	s.wake.Ring()
	return c, fault.Wrap("push.Start "+id, err)
}

// versionFor finds the version of its template that a campaign is sent in.
func (s *Campaigns) versionFor(ctx context.Context, id string) (int64, error) {
	c, err := s.store.Campaign(ctx, id)
	if err != nil || c.Template == "" {
		return 0, err
	}
	t, err := s.messages.Template(ctx, c.Template)
	return t.Version, err
}

// begin has a campaign run from now on.
func (s *Campaigns) begin(ctx context.Context, tx CampaignTx, c *Campaign, version int64) error {
	c.Status, c.StartedAt, c.TemplateVersion = CampaignRunning, s.now(), version
	return tx.OpenPlan(ctx, c.No)
}

// Pause has nothing more leave. When it returns without an error nothing is
// under way either, on any node; ctx bounds how long it waits for that.
func (s *Campaigns) Pause(ctx context.Context, id string) (Campaign, error) {
	return s.halt(ctx, "push.Pause ", id, CampaignPaused)
}

// Cancel ends a campaign: like Pause, and for ever. Who was not told yet ends
// as skipped.
func (s *Campaigns) Cancel(ctx context.Context, id string) (Campaign, error) {
	return s.halt(ctx, "push.Cancel ", id, CampaignCancelled)
}

func (s *Campaigns) halt(ctx context.Context, op, id string, to CampaignStatus) (Campaign, error) {
	c, err := s.move(ctx, id, func(_ CampaignTx, c *Campaign) error {
		if c.Status == to {
			return errSame
		}
		if to == CampaignCancelled {
			c.DoneAt = s.now()
		}
		return c.become(to)
	})
	if err == nil {
		err = s.quiesce(ctx, c)
	}
	s.wake.Ring()
	return c, fault.Wrap(op+id, err)
}

// quiesce waits until no worker holds a part of a campaign that still runs on
// what it claimed before. What a dead node held counts until its lease ends.
func (s *Campaigns) quiesce(ctx context.Context, c Campaign) error {
	if c.Status != CampaignPaused {
		return nil
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		busy, err := s.store.Leased(ctx, c.No)
		if err != nil || !busy {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Resume lets a paused campaign go on where it was.
func (s *Campaigns) Resume(ctx context.Context, id string) (Campaign, error) {
	c, err := s.move(ctx, id, func(_ CampaignTx, c *Campaign) error {
		if c.Status == CampaignRunning {
			return errSame
		}
		if c.Status != CampaignPaused {
			return ErrCampaignState
		}
		return c.become(CampaignRunning)
	})
	s.wake.Ring()
	return c, fault.Wrap("push.Resume "+id, err)
}

func (c *Campaign) become(next CampaignStatus) error {
	if !c.Status.CanBecome(next) {
		return ErrCampaignState
	}
	c.Status = next
	return nil
}

// errSame ends a move that would change nothing.
var errSame = errors.New("it is so already")

// move changes a campaign and tells it, in one transaction.
func (s *Campaigns) move(ctx context.Context, id string, change func(CampaignTx, *Campaign) error) (c Campaign, err error) {
	err = s.store.UpdateCampaigns(ctx, func(tx CampaignTx) error {
		var err error
		if c, err = tx.Campaign(ctx, id); err != nil {
			return err
		}
		if err := change(tx, &c); err != nil {
			return err
		}
		if err := tx.UpdateCampaign(ctx, c); err != nil {
			return err
		}
		c.Version++
		return s.tell(ctx, tx, c)
	})
	if errors.Is(err, errSame) {
		err = nil
	}
	return c, err
}

// tell writes the event of a campaign's change.
func (s *Campaigns) tell(ctx context.Context, tx CampaignTx, c Campaign) error {
	verb := campaignVerbs[c.Status]
	if c.Status == CampaignDraft && c.Version > 1 {
		verb = "changed"
	}
	data, err := json.Marshal(map[string]any{"id": c.ID, "title": c.Title, "kind": c.Purpose, "status": c.Status})
	if err != nil {
		return err
	}
	return tx.AddEvent(ctx, event.Event{ID: s.newID("evt"), Type: event.Type("campaign." + verb), Object: c.ID,
		Version: c.Version, Data: data, At: s.now()})
}

var campaignVerbs = map[CampaignStatus]string{CampaignDraft: "created", CampaignScheduled: "scheduled", CampaignRunning: "started",
	CampaignPaused: "paused", CampaignCancelled: "cancelled", CampaignDone: "finished"}

// contentOf finds what a campaign says in a version of its template, and how
// it chooses the ways in which it says so.
func (s *Campaigns) contentOf(ctx context.Context, c Campaign, version int64) (content, choice, error) {
	what, err := s.messages.content(ctx, c.Account, c.Template, version, c.Values, c.Text)
	if err != nil {
		return content{}, choice{}, err
	}
	ways, err := waysOf(c.Ways, c.Purpose, c.Template != "")
	return what, choice{purpose: c.Purpose, ways: ways, text: what.text != "", mapped: what.mapped, gap: c.Gap,
		caps: [2]Cap{s.caps[c.Account], c.Cap}}, err
}
