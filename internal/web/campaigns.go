package web

import (
	"net/http"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
)

// campaignsPage lists what was told, or is to be told, to many.
type campaignsPage struct {
	board
	Campaigns []campaignRow
}

// campaignRow is a campaign with how far it is.
type campaignRow struct {
	push.Campaign
	push.Counts
}

// Ended is how many people have a final state.
func (r campaignRow) Ended() int64 { return ended(r.Counts) }

func ended(n push.Counts) int64 { return n.Sent + n.Failed + n.Skipped + n.Unknown }

func (s *Site) campaignsBoard(w http.ResponseWriter, r *http.Request) error {
	ctx, p := r.Context(), campaignsPage{board: s.board(r, "campaigns")}
	found, err := s.Desk.Campaigns.List(ctx, r.URL.Query().Get("cursor"), rowsPerPage)
	if err != nil {
		return fault.Wrap("web.campaignsBoard", err)
	}
	for _, c := range found {
		n, err := s.Desk.Campaigns.Counts(ctx, c)
		if err != nil {
			return fault.Wrap("web.campaignsBoard", err)
		}
		p.Campaigns = append(p.Campaigns, campaignRow{c, n})
	}
	p.more(r, len(found), func() string { return found[len(found)-1].ID })
	return s.show(w, "admin-campaigns", nil, p)
}

// AudienceText says whom a campaign tells.
func (b Base) AudienceText(a push.Audience) string {
	switch a.Kind {
	case push.AudienceTag:
		return b.T("audience.of_tag", a.Tag)
	case push.AudiencePaidSince:
		return b.T("audience.of_paid", b.Locale.Time(a.Since))
	}
	return b.Locale.word("audience.", a.Kind)
}
