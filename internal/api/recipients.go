package api

import (
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
)

// CampaignDelivery is a recipient of a campaign with their result.
type CampaignDelivery struct {
	OpenID   string      `json:"openid"`
	Status   push.Status `json:"status" enum:"queued,sending,sent,failed,skipped,unknown"`
	Way      push.Way    `json:"way,omitempty" enum:"template,custom,mass,"`
	Skips    []Skip      `json:"skips,omitempty" doc:"Ways that were passed over"`
	Code     string      `json:"code,omitempty" doc:"Ours, or the platform's for the last try"`
	Detail   string      `json:"detail,omitempty"`
	Advice   *Advice     `json:"advice,omitempty" doc:"What to do about the code"`
	Report   string      `json:"report,omitempty" enum:"delivered,blocked,failed,partly," doc:"What the platform reported afterwards; of a mass call for all its people"`
	Attempts int         `json:"attempts"`
	DoneAt   *time.Time  `json:"done_at"`
}

func (a *API) registerRecipients(path string) {
	huma.Register(a.huma, a.operation("list-campaign-deliveries", http.MethodGet, path, "Recipients of a campaign with their result",
		http.StatusOK, http.StatusNotFound, http.StatusGone), a.listCampaignDeliveries)
	export := a.operation("export-campaign-deliveries", http.MethodGet, path+".csv", "All recipients of a campaign with their result, as CSV",
		http.StatusOK, http.StatusNotFound, http.StatusGone)
	export.Responses["200"] = &huma.Response{Description: "One line for each recipient below a line of names",
		Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}}
	huma.Register(a.huma, export, a.exportCampaignDeliveries)
}

// Sought narrows the recipients of a campaign. It is exported since huma
// passes over embedded types that are not.
type Sought struct {
	ID     string `path:"id" maxLength:"64"`
	Status string `query:"status" enum:"queued,sending,sent,failed,skipped,unknown,"`
	Way    string `query:"way" enum:"template,custom,mass,"`
	Code   string `query:"code" maxLength:"64" doc:"Ours, or the platform's"`
	OpenID string `query:"openid" maxLength:"64"`
	Member string `query:"member" maxLength:"64" doc:"A member, mem_..."`
	User   string `query:"user" maxLength:"64" doc:"The team's own id of a member"`
}

// find reads the campaign and whom of it is sought. A member or user is sought
// by the openid that they are bound to; without a binding they are nobody.
func (a *API) find(ctx context.Context, in Sought) (c push.Campaign, f push.DeliveryFilter, err error) {
	if c, err = a.Campaigns.Campaign(ctx, in.ID); err != nil {
		return c, f, err
	}
	f = push.DeliveryFilter{Status: push.Status(in.Status), Way: push.Way(in.Way), Code: in.Code, Recipient: in.OpenID, After: -1}
	if in.Member == "" && in.User == "" {
		return c, f, nil
	}
	where, _, err := a.Push.Address(ctx, push.To{MemberID: in.Member, User: in.User, OpenID: in.OpenID})
	f.Recipient = where.Recipient
	return c, f, err
}

type listCampaignDeliveriesInput struct {
	Sought
	After string `query:"after" pattern:"^[0-9]{0,12}$" doc:"next_cursor of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type listCampaignDeliveriesOutput struct {
	Body struct {
		Data       []CampaignDelivery `json:"data"`
		NextCursor string             `json:"next_cursor" doc:"Empty where there are no more"`
	}
}

func (a *API) listCampaignDeliveries(ctx context.Context, in *listCampaignDeliveriesInput) (*listCampaignDeliveriesOutput, error) {
	c, f, err := a.find(ctx, in.Sought)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	f.Limit = in.Limit
	if in.After != "" {
		if f.After, err = strconv.ParseInt(in.After, 10, 64); err != nil {
			return nil, a.problem(ctx, fault.Input("/after", "cursor_invalid", "The cursor is not one of ours."))
		}
	}
	all, err := a.Campaigns.Deliveries(ctx, c, f)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(listCampaignDeliveriesOutput)
	out.Body.Data = make([]CampaignDelivery, 0, len(all))
	for _, d := range all {
		out.Body.Data = append(out.Body.Data, CampaignDelivery{OpenID: d.Recipient, Status: d.Status, Way: d.Way,
			Skips: a.viewSkips(c.Account, d.Skips), Code: d.Code, Detail: d.Detail, Advice: a.advice(c.Account, d.Code),
			Report: d.Report, Attempts: d.Attempts, DoneAt: optional(d.DoneAt)})
	}
	if f.Recipient == "" && len(all) == in.Limit {
		out.Body.NextCursor = strconv.FormatInt(all[len(all)-1].N, 10)
	}
	return out, nil
}

// exportCampaignDeliveries streams, so that a million recipients need no more
// memory than a thousand. The first page is read before the answer begins; a
// failure after that cuts the connection, so that a part is never taken for
// the whole.
func (a *API) exportCampaignDeliveries(ctx context.Context, in *struct{ Sought }) (*huma.StreamResponse, error) {
	c, f, err := a.find(ctx, in.Sought)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	first := f
	first.Limit = 1
	if _, err := a.Campaigns.Deliveries(ctx, c, first); err != nil {
		return nil, a.problem(ctx, err)
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		h.SetHeader("Content-Type", "text/csv; charset=utf-8")
		h.SetHeader("Content-Disposition", `attachment; filename="`+c.ID+`.csv"`)
		if err := writeDeliveries(h.BodyWriter(), a.Campaigns.All(h.Context(), c, f)); err != nil {
			a.Log.WarnContext(h.Context(), "an export broke off", "campaign", c.ID, "error", err)
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

func writeDeliveries(to io.Writer, all func(yield func(push.Delivery, error) bool)) error {
	w := csv.NewWriter(to)
	if err := w.Write([]string{"openid", "status", "way", "skips", "code", "detail", "report", "attempts", "done_at"}); err != nil {
		return err
	}
	for d, err := range all {
		if err != nil {
			return err
		}
		done := ""
		if !d.DoneAt.IsZero() {
			done = d.DoneAt.Format(time.RFC3339)
		}
		if err := w.Write([]string{harmless(d.Recipient), string(d.Status), string(d.Way), d.Skips.String(), harmless(d.Code), harmless(d.Detail),
			d.Report, strconv.Itoa(d.Attempts), done}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// harmless keeps a spreadsheet from taking a cell for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
		return "'" + cell
	}
	return cell
}
