package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
)

// activitiesPage lists activities, and writes a new one to all bound members.
type activitiesPage struct {
	board
	Activities []push.Campaign
	Templates  []push.Template
}

// Purposes lists the kinds of activities.
func (p activitiesPage) Purposes() []push.Purpose {
	return []push.Purpose{push.PurposeService, push.PurposePromotion}
}

func (s *Site) activitiesBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showActivities(w, r, nil)
}

// activityFields are the fields of the form.
var activityFields = []string{"title", "purpose", "template", "values", "text", "link"}

func (s *Site) showActivities(w http.ResponseWriter, r *http.Request, why error) (err error) {
	ctx := r.Context()
	p := activitiesPage{board: s.board(r, "activities")}
	if why != nil {
		p.Self = "/admin/activities"
		for _, f := range activityFields {
			p.Values[f] = r.PostFormValue(f)
		}
		p.wrong(why, activityFields...)
	}
	if p.Activities, err = s.Desk.Activities.List(ctx, r.URL.Query().Get("cursor"), rowsPerPage); err != nil {
		return fault.Wrap("web.activitiesBoard", err)
	}
	if p.Templates, err = s.Push.Templates(ctx); err != nil {
		return fault.Wrap("web.activitiesBoard", err)
	}
	p.more(r, len(p.Activities), func() string { return p.Activities[len(p.Activities)-1].ID })
	return s.show(w, "admin-activities", why, p)
}

var (
	errTitle  = fault.Input("/title", "title_invalid", "Give the activity a title of 1 to 64 characters.")
	errValues = fault.Input("/values", "values_invalid", "Write one value a line: its name, a colon, and its text.")
)

func (s *Site) createActivity(w http.ResponseWriter, r *http.Request) error {
	if _, err := formOf(r); err != nil {
		return err
	}
	ctx := r.Context()
	in, err := activityOf(r)
	var c push.Campaign
	if err == nil {
		c, err = s.Desk.Activities.Draft(ctx, in)
	}
	if err == nil {
		err = s.Desk.Activities.Place(audit.Note(ctx, audit.Entry{Action: audit.ActivityDraft, Object: c.ID, Became: c.Title}), c, nil)
	}
	return s.answered(w, r, err, "/admin/activities/"+c.ID, "drafted", s.showActivities)
}

// activityOf reads the form. A promotion is text, whatever template is still
// chosen in the form.
func activityOf(r *http.Request) (push.NewCampaign, error) {
	get := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(r.PostFormValue(name), "\r\n", "\n"))
	}
	in := push.NewCampaign{Title: get("title"), Purpose: push.Purpose(get("purpose")), Audience: push.Audience{Kind: push.AudienceMembers},
		Link: get("link")}
	if n := utf8.RuneCountInString(in.Title); n < 1 || n > 64 || !utf8.ValidString(in.Title) || strings.ContainsFunc(in.Title, unicode.IsControl) {
		return in, errTitle
	}
	if in.Link != "" && !strings.HasPrefix(in.Link, "https://") && !strings.HasPrefix(in.Link, "http://") {
		return in, fault.Input("/link", "url_invalid", "The address must begin with http or https.")
	}
	if in.Purpose == push.PurposeService && get("template") != "" {
		in.Template = get("template")
		var ok bool
		if in.Values, ok = valuesOf(get("values")); !ok {
			return in, errValues
		}
		return in, nil
	}
	in.Text = get("text")
	return in, nil
}

// valuesOf reads lines of a name, a colon and a text.
func valuesOf(text string) (map[string]string, bool) {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, found := strings.Cut(strings.ReplaceAll(line, "：", ":"), ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if name == "" && value == "" {
			continue
		}
		if !found || name == "" || len(name) > 40 || !utf8.ValidString(value) {
			return nil, false
		}
		values[name] = value
	}
	return values, true
}

// activityPage is one activity: what it would reach before it is sent, and how
// far it is afterwards.
type activityPage struct {
	board
	Activity push.Campaign
	Forecast *push.Forecast // of a draft
	Counts   push.Counts
	Rest     []push.Delivery // people who were not reached, the first ones
}

// State is the state by which the stream knows what this page shows.
func (p activityPage) State() string { return activityState(p.Activity, p.Counts) }

func activityState(c push.Campaign, n push.Counts) string {
	return fmt.Sprintf("%s %d %d %d %d %d", c.Status, n.Total, n.Sent, n.Failed, n.Skipped, n.Unknown)
}

// Final reports whether nothing more will happen.
func (p activityPage) Final() bool { return activityFinal(p.Activity) }

func activityFinal(c push.Campaign) bool {
	return c.Status == push.CampaignDone || c.Status == push.CampaignCancelled
}

// Ended is how many people have a final state.
func (p activityPage) Ended() int64 {
	return p.Counts.Sent + p.Counts.Failed + p.Counts.Skipped + p.Counts.Unknown
}

// Acts lists what may be done with the activity now.
func (p activityPage) Acts() []string {
	switch p.Activity.Status {
	case push.CampaignDraft, push.CampaignScheduled:
		return []string{"start", "cancel"}
	case push.CampaignRunning:
		return []string{"pause", "cancel"}
	case push.CampaignPaused:
		return []string{"resume", "cancel"}
	}
	return nil
}

// Hold says why nothing leaves for now.
func (p activityPage) Hold() string { return p.Locale.word("hold.", p.Activity.HoldReason) }

// Reason explains why somebody was not reached.
func (p activityPage) Reason(d push.Delivery) string {
	return cmp.Or(p.Locale.word("skip.", d.Code), d.Detail)
}

func (s *Site) activityBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showActivity(w, r, nil)
}

func (s *Site) showActivity(w http.ResponseWriter, r *http.Request, why error) (err error) {
	ctx, all := r.Context(), s.Desk.Activities
	p := activityPage{board: s.board(r, "activities")}
	if p.Activity, err = all.Campaign(ctx, r.PathValue("activity")); err != nil {
		return err
	}
	p.Title, p.Self = p.Activity.Title, "/admin/activities/"+p.Activity.ID
	if why != nil {
		p.wrong(why)
	}
	if p.Activity.Status == push.CampaignDraft {
		f, err := all.Forecast(ctx, p.Activity.ID)
		if err != nil {
			return err
		}
		p.Forecast = &f
		return s.show(w, "admin-activity", why, p)
	}
	if p.Counts, err = all.Counts(ctx, p.Activity); err != nil {
		return err
	}
	if !p.Final() {
		p.Refresh = 3
	}
	for _, st := range []push.Status{push.Failed, push.Unknown, push.Skipped} {
		some, err := all.Deliveries(ctx, p.Activity, push.DeliveryFilter{Status: st, After: -1, Limit: 20})
		if err != nil {
			return err
		}
		p.Rest = append(p.Rest, some...)
	}
	return s.show(w, "admin-activity", why, p)
}

// activityEvents streams how far an activity is.
func (s *Site) activityEvents(w http.ResponseWriter, r *http.Request) error {
	return s.stream(w, r, func(ctx context.Context) (update, error) {
		c, err := s.Desk.Activities.Campaign(ctx, r.PathValue("activity"))
		if err != nil {
			return update{}, err
		}
		n, err := s.Desk.Activities.Counts(ctx, c)
		state := activityState(c, n)
		return update{State: state, Final: activityFinal(c), Data: map[string]string{"state": state}}, err
	})
}

// moveActivity starts, pauses, resumes or cancels an activity.
func (s *Site) moveActivity(w http.ResponseWriter, r *http.Request) error {
	id, all := r.PathValue("activity"), s.Desk.Activities
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
	_, err = move(audit.Note(r.Context(), entry), id)
	return s.answered(w, r, err, "/admin/activities/"+id, r.PathValue("act"), s.showActivity)
}
