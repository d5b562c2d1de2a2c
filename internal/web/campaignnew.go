package web

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
)

// newCampaignPage writes a campaign: first what kind it is, then to whom, what
// and how.
type newCampaignPage struct {
	board
	Draft     string       // the id of the draft that is edited; empty for a new one
	Kind      push.Purpose // empty before it is chosen
	Template  push.Template
	Takes     []string
	Templates []push.Template
	Tags      []push.Tag
	Card      card
	Bad       []badLine // of the list of openids
	MoreBad   int
	ListSize  int // openids that were understood
}

// Layout is how the account fills the template in.
func (p newCampaignPage) Layout() push.Layout {
	for _, l := range p.Template.Layouts {
		return l
	}
	return push.Layout{}
}

// Value gives what the form holds for a value of the template.
func (p newCampaignPage) Value(name string) string { return p.Values[valuePrefix+name] }

// TagOptions lists the tags to choose from.
func (p newCampaignPage) TagOptions() []option {
	all := []option{{Name: "—"}}
	for _, t := range p.Tags {
		all = append(all, option{Value: strconv.FormatInt(t.ID, 10), Name: fmt.Sprintf("%s (%d)", t.Name, t.People)})
	}
	return all
}

// MissedOptions lists what may be done about a missed start.
func (p newCampaignPage) MissedOptions() []option {
	return []option{{Value: push.MissedStart, Name: p.MissedName(push.MissedStart)}, {Value: push.MissedCancel, Name: p.MissedName(push.MissedCancel)}}
}

// Is reports whether a field of the form holds a value.
func (p newCampaignPage) Is(name, value string) bool { return p.Values[name] == value }

// TakesKind says what may stand for a value of the template.
func (p newCampaignPage) TakesKind(name string) string {
	return p.valueHint(p.Template, p.Layout(), name)
}

// WayOptions lists the orders of ways that are legal for the kind.
func (p newCampaignPage) WayOptions() []option { return p.wayOptions(p.Kind, p.Template.Name != "") }

// wayOptions lists the orders in which somebody may be told something.
func (b board) wayOptions(kind push.Purpose, template bool) (all []option) {
	first := push.WayTemplate
	switch {
	case kind == push.PurposePromotion:
		first = push.WayMass
	case !template:
		return []option{{Value: string(push.WayCustom), Name: b.WayName(push.WayCustom)}}
	}
	for _, ways := range [][]push.Way{{first, push.WayCustom}, {push.WayCustom, first}, {first}, {push.WayCustom}} {
		all = append(all, option{Value: wayKey(ways), Name: b.WayOrder(ways)})
	}
	return all
}

func (s *Site) newCampaign(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newCampaignPage(r, push.Purpose(r.FormValue("kind")), r.FormValue("template"))
	if err != nil {
		return err
	}
	p.begin()
	return s.show(w, "admin-campaign-new", nil, p)
}

// newCampaignPage finds what the form offers. Before a kind is chosen that is
// the kinds and the templates alone.
func (s *Site) newCampaignPage(r *http.Request, kind push.Purpose, template string) (p newCampaignPage, err error) {
	ctx := r.Context()
	p = newCampaignPage{board: s.board(r, "campaigns")}
	p.Title = p.T("campaign.new")
	if p.Templates, err = s.Push.Templates(ctx); err != nil {
		return p, err
	}
	switch kind {
	case push.PurposeService, push.PurposePromotion:
		p.Kind = kind
	default:
		return p, nil
	}
	if s.Desk.Followers != nil {
		if p.Tags, err = s.Desk.Followers.Tags(ctx, s.WeChat); err != nil {
			return p, err
		}
	}
	if template != "" && p.Kind == push.PurposeService {
		if p.Template, _, err = s.templateAt(ctx, template, ""); err != nil {
			return p, err
		}
		p.Takes = p.Template.Takes()
		p.Card = s.draw(p.Template, p.Template.Sample, p.Locale.Tag)
	}
	return p, nil
}

// begin fills the form in as most people want it.
func (p *newCampaignPage) begin() {
	p.Values["audience"], p.Values["start"], p.Values["if_missed"] = push.AudienceMembers, "hand", push.MissedStart
	if p.Kind == push.PurposePromotion {
		p.Values["quiet_from"], p.Values["quiet_to"], p.Values["gap"] = clockOf(push.NightRest().From), clockOf(push.NightRest().To), "24"
	}
	for _, name := range p.Takes {
		p.Values[valuePrefix+name] = p.Template.Sample[name]
	}
}

// createCampaign stores a draft; nobody is told anything by it.
func (s *Site) createCampaign(w http.ResponseWriter, r *http.Request) error {
	if err := multipartOf(r); err != nil {
		return err
	}
	ctx := r.Context()
	in, list, err := campaignOf(r, false)
	var c push.Campaign
	if err == nil {
		c, err = s.Desk.Campaigns.Draft(ctx, in)
	}
	if err == nil {
		err = s.Desk.Campaigns.Place(audit.Note(ctx, audit.Entry{Action: audit.ActivityDraft, Object: c.ID, Became: c.Title}), c, in.OpenIDs)
	}
	return s.answered(w, r, err, "/admin/campaigns/"+c.ID, "drafted", func(w http.ResponseWriter, r *http.Request, why error) error {
		return s.showCampaignForm(w, r, why, list)
	})
}

// showCampaignForm shows the form again as it was filled in, with what was
// wrong with it, each line of the list of openids included.
func (s *Site) showCampaignForm(w http.ResponseWriter, r *http.Request, why error, list openIDList) error {
	r.PostForm.Set("openids", list.text)
	p, err := s.newCampaignPage(r, push.Purpose(r.FormValue("kind")), r.FormValue("template"))
	if err != nil {
		return fault.Wrap("web.createCampaign", err)
	}
	p.Self, p.Draft = "", r.PathValue("campaign")
	for _, f := range campaignFields {
		p.Values[f] = r.PostForm.Get(f)
	}
	for _, name := range p.Takes {
		p.Values[valuePrefix+name] = r.PostForm.Get(valuePrefix + name)
	}
	p.Bad, p.MoreBad, p.ListSize = list.bad, list.more, len(list.openids)
	p.wrong(why, campaignFields...)
	return s.show(w, "admin-campaign-new", why, p)
}
