package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
)

// campaignPage is one campaign: what it would reach before it is sent, and how
// far it is afterwards.
type campaignPage struct {
	board
	Campaign push.Campaign
	Counts   push.Counts
	Forecast *push.Forecast // before the start
	Saying   string         // the forecast in a sentence
	Card     card
	Chart    chart
	Rest     []push.Delivery // people who were not reached, the first ones
	CanTest  bool            // whoever looks has a WeChat bound
}

// State is the state by which the stream knows what this page shows.
func (p campaignPage) State() string { return campaignState(p.Campaign, p.Counts) }

func campaignState(c push.Campaign, n push.Counts) string {
	return fmt.Sprintf("%s %d %d %d %d %d %d", c.Status, c.HoldUntil.Unix(), n.Total, n.Sent, n.Failed, n.Skipped, n.Unknown)
}

// Final reports whether nothing more will happen.
func (p campaignPage) Final() bool { return campaignFinal(p.Campaign) }

func campaignFinal(c push.Campaign) bool {
	return c.Status == push.CampaignDone || c.Status == push.CampaignCancelled
}

// Ended is how many people have a final state.
func (p campaignPage) Ended() int64 { return ended(p.Counts) }

// Acts lists what may be done with the campaign now.
func (p campaignPage) Acts() []string {
	switch p.Campaign.Status {
	case push.CampaignDraft, push.CampaignScheduled:
		return []string{"start", "cancel"}
	case push.CampaignRunning:
		return []string{"pause", "cancel"}
	case push.CampaignPaused:
		return []string{"resume", "cancel"}
	}
	return nil
}

// ActName is what a button says: starting a draft with a time to come only
// plans it.
func (p campaignPage) ActName(act string) string {
	switch {
	case act == "start" && p.Campaign.Status == push.CampaignScheduled:
		return p.T("act.start_now")
	case act == "start" && !p.Campaign.StartAt.IsZero():
		return p.T("act.schedule")
	}
	return p.Locale.word("act.", act)
}

// Hold says why nothing leaves for now; empty where nothing is held.
func (p campaignPage) Hold() string {
	if p.Campaign.HoldReason == "" {
		return ""
	}
	return p.Locale.word("hold.", p.Campaign.HoldReason)
}

// Quiet says when nothing leaves.
func (p campaignPage) Quiet() string {
	q := p.Campaign.Quiet
	if q.From == q.To {
		return p.T("campaign.no_quiet")
	}
	return clockOf(q.From) + " – " + clockOf(q.To)
}

// Hours is the pause between promotions.
func (p campaignPage) Hours() int { return int(p.Campaign.Gap / time.Hour) }

func (s *Site) campaignBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showCampaign(w, r, nil)
}

func (s *Site) showCampaign(w http.ResponseWriter, r *http.Request, why error) (err error) {
	ctx, all := r.Context(), s.Desk.Campaigns
	p := campaignPage{board: s.board(r, "campaigns")}
	if p.Campaign, err = all.Campaign(ctx, r.PathValue("campaign")); err != nil {
		return err
	}
	p.Title, p.Self = p.Campaign.Title, "/admin/campaigns/"+p.Campaign.ID
	if why != nil {
		p.wrong(why)
	}
	c := p.Campaign
	if p.Card, err = s.cardOf(ctx, p.Locale, push.Message{Template: c.Template, Values: c.Values, Text: c.Text, Link: c.Link}); err != nil {
		return err
	}
	fill := s.fillProgress
	if c.Status == push.CampaignDraft || c.Status == push.CampaignScheduled {
		fill = s.fillForecast
	}
	if err := fill(ctx, &p); err != nil {
		return fault.Wrap("web.campaignBoard", err)
	}
	return s.show(w, "admin-campaign", why, p)
}

// fillForecast adds what would become of a campaign.
func (s *Site) fillForecast(ctx context.Context, p *campaignPage) error {
	f, err := s.Desk.Campaigns.Forecast(ctx, p.Campaign.ID)
	if err != nil {
		return err
	}
	p.Forecast, p.Saying = &f, f.Sentence().Zh
	if p.Locale.Tag == "en" {
		p.Saying = f.Sentence().En
	}
	if p.Campaign.Status == push.CampaignScheduled {
		p.Refresh = 10
	}
	p.CanTest, err = s.reachable(ctx, p.Who.ID)
	return err
}

// fillProgress adds what became of a campaign so far.
func (s *Site) fillProgress(ctx context.Context, p *campaignPage) (err error) {
	all, c := s.Desk.Campaigns, p.Campaign
	if p.Counts, err = all.Counts(ctx, c); err != nil {
		return err
	}
	if !p.Final() {
		p.Refresh = 3
	}
	marks, err := all.Progress(ctx, c)
	if err != nil {
		return err
	}
	end := s.Now()
	if !c.DoneAt.IsZero() {
		end = c.DoneAt
	}
	p.Chart = newChart(c.StartedAt, append(marks, push.Progress{At: end, Counts: p.Counts}))
	for _, st := range []push.Status{push.Failed, push.Unknown, push.Skipped} {
		some, err := all.Deliveries(ctx, c, push.DeliveryFilter{Status: st, After: -1, Limit: 5})
		if err != nil {
			return err
		}
		p.Rest = append(p.Rest, some...)
	}
	return nil
}

// campaignEvents streams how far a campaign is; its counts change with every few
// people.
func (s *Site) campaignEvents(w http.ResponseWriter, r *http.Request) error {
	return s.stream(w, r, seldom(func(ctx context.Context) (update, error) {
		c, err := s.Desk.Campaigns.Campaign(ctx, r.PathValue("campaign"))
		if err != nil {
			return update{}, err
		}
		n, err := s.Desk.Campaigns.Counts(ctx, c)
		state := campaignState(c, n)
		return update{State: state, Final: campaignFinal(c), Data: map[string]string{"state": state}}, err
	}))
}

// moveCampaign starts, pauses, resumes or cancels a campaign.
func (s *Site) moveCampaign(w http.ResponseWriter, r *http.Request) error {
	id, all := r.PathValue("campaign"), s.Desk.Campaigns
	c, err := all.Campaign(r.Context(), id)
	if err != nil {
		return err
	}
	entry := audit.Entry{Object: id, Was: string(c.Status), Became: c.Title}
	var move func(context.Context, string) (push.Campaign, error)
	switch r.PathValue("act") {
	case "start":
		entry.Action, move = audit.ActivitySend, all.Start
	case "pause":
		entry.Action, move = audit.ActivityPause, all.Pause
	case "resume":
		entry.Action, move = audit.ActivityResume, all.Resume
	case "cancel":
		entry.Action, move = audit.ActivityCancel, all.Cancel
	default:
		return errNoPage
	}
	c, err = move(audit.Note(r.Context(), entry), id)
	done := r.PathValue("act")
	if c.Status == push.CampaignScheduled {
		done = "scheduled"
	}
	return s.answered(w, r, err, "/admin/campaigns/"+id, done, s.showCampaign)
}

// testCampaign sends what a campaign would tell to whoever presses the button.
func (s *Site) testCampaign(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("campaign")
	m, err := s.Desk.Campaigns.DraftTrial(r.Context(), id, push.To{MemberID: visitOf(r).who.ID})
	if err == nil {
		_, err = s.Push.Place(audit.Note(r.Context(), audit.Entry{Action: audit.ActivityTry, Object: id, Became: m.ID}), m)
	}
	return s.answered(w, r, err, "/admin/messages/"+m.ID, "test", s.showCampaign)
}
