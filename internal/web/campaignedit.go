package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/push"
)

// Action is where the form is posted to.
func (p newCampaignPage) Action() string {
	if p.Draft != "" {
		return "/admin/campaigns/" + p.Draft + "/edit"
	}
	return "/admin/campaigns"
}

// editCampaign shows a draft in the form by which it was written.
func (s *Site) editCampaign(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Desk.Campaigns.Campaign(r.Context(), r.PathValue("campaign"))
	if err == nil && c.Status != push.CampaignDraft {
		err = push.ErrCampaignState
	}
	if err != nil {
		return err
	}
	p, err := s.newCampaignPage(r, c.Purpose, c.Template)
	if err != nil {
		return err
	}
	p.edit(c)
	return s.show(w, "admin-campaign-new", nil, p)
}

// edit fills the form in with a draft.
func (p *newCampaignPage) edit(c push.Campaign) {
	p.Draft, p.Title = c.ID, p.T("campaign.edit", c.Title)
	p.Self = p.Action()
	v := p.Values
	v["title"], v["text"], v["link"], v["ways"], v["if_missed"], v["start"] = c.Title, c.Text, c.Link, wayKey(c.Ways), c.IfMissed, hand
	if v["audience"] = c.Audience.Kind; c.Audience.Kind == push.AudienceTag {
		v["tag"] = strconv.FormatInt(c.Audience.Tag, 10)
	}
	if !c.Audience.Since.IsZero() {
		v["since"] = c.Audience.Since.In(china).Format(time.DateOnly)
	}
	if c.Rate > 0 {
		v["rate"] = strconv.FormatInt(c.Rate, 10)
	}
	if c.Quiet.From != c.Quiet.To {
		v["quiet_from"], v["quiet_to"] = clockOf(c.Quiet.From), clockOf(c.Quiet.To)
	}
	v["gap"] = strconv.Itoa(int(c.Gap / time.Hour))
	if c.Cap.Most > 0 {
		v["cap"], v["cap_days"] = strconv.Itoa(c.Cap.Most), strconv.Itoa(c.Cap.Days)
	}
	if !c.StartAt.IsZero() {
		v["start"], v["start_at"] = later, c.StartAt.In(china).Format(atForm)
	}
	for _, name := range p.Takes {
		v[valuePrefix+name] = c.Values[name]
	}
}

// changeCampaign stores a draft as it is written now.
func (s *Site) changeCampaign(w http.ResponseWriter, r *http.Request) error {
	if err := multipartOf(r); err != nil {
		return err
	}
	ctx, id := r.Context(), r.PathValue("campaign")
	c, err := s.Desk.Campaigns.Campaign(ctx, id)
	if err != nil {
		return err
	}
	in, list, err := campaignOf(r, c.Audience.Kind == push.AudienceOpenIDs)
	if err == nil {
		entry := audit.Entry{Action: audit.ActivityChange, Object: id, Was: c.Title, Became: in.Title}
		_, err = s.Desk.Campaigns.Edit(audit.Note(ctx, entry), id, in)
	}
	return s.answered(w, r, err, "/admin/campaigns/"+id, "drafted", func(w http.ResponseWriter, r *http.Request, why error) error {
		return s.showCampaignForm(w, r, why, list)
	})
}
