package push_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
)

// bind makes members bound to the openids of their numbers; those below payers
// paid an order, one an hour before the other.
func (n *node) bind(t *testing.T, members, payers int) {
	t.Helper()
	ctx := context.Background()
	good(t, n.db.People().Update(ctx, func(tx member.Tx) error {
		for i := range members {
			id := fmt.Sprintf("mem_%d", i)
			if err := tx.InsertMember(ctx, member.Member{ID: id, Name: fmt.Sprintf("user-%d", i), Role: member.RoleMember, Version: 1}); err != nil {
				return err
			}
			if err := tx.InsertBinding(ctx, member.Binding{ID: "bnd" + id, MemberID: id, Account: "wechat", OpenID: fmt.Sprintf("o%05d", i)}); err != nil {
				return err
			}
		}
		return nil
	}))
	good(t, n.db.Ledger().Update(ctx, func(tx pay.Tx) error {
		for i := range payers {
			at := noon.Add(-time.Duration(i) * time.Hour)
			if err := tx.InsertOrder(ctx, pay.Order{ID: fmt.Sprintf("ord_%d", i), Number: fmt.Sprintf("N000000%d", i), Amount: 1, Subject: "茶",
				Status: pay.OrderPaid, MemberID: fmt.Sprintf("mem_%d", i), Version: 1, CreatedAt: at, PaidAt: at}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// An audience holds whom it names, and nobody else.
func TestAudiencesHoldWhomTheyName(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.follow(t, 0, 9)
		n.bind(t, 6, 4)
		for name, one := range map[string]struct {
			audience push.Audience
			openids  []string
			want     int64
		}{
			"everybody":             {push.Audience{Kind: push.AudienceFollowers}, nil, 9},
			"members":               {push.Audience{Kind: push.AudienceMembers}, nil, 6},
			"who paid ever":         {push.Audience{Kind: push.AudiencePaidSince, Since: noon.Add(-24 * time.Hour)}, nil, 4},
			"who paid since eleven": {push.Audience{Kind: push.AudiencePaidSince, Since: noon.Add(-time.Hour)}, nil, 2},
			"nobody of a tag":       {push.Audience{Kind: push.AudienceTag, Tag: 7}, nil, 0},
			"a list":                {push.Audience{Kind: push.AudienceOpenIDs}, []string{"o00001", "o00001", "o00002"}, 2},
		} {
			in := service()
			in.Audience, in.OpenIDs = one.audience, one.openids
			c := n.launch(t, in)
			f, err := n.campaigns.Forecast(context.Background(), c.ID)
			good(t, err)
			if counts := n.until(t, c, push.CampaignDone); counts.Sent != one.want || f.People != one.want {
				t.Errorf("%s: %d are told, %d forecast, want %d", name, counts.Sent, f.People, one.want)
			}
		}
		m := n.tell(t, push.NewMessage{To: push.To{User: "User-3"}, Template: push.TemplateReceipt})
		if m.Recipient != "o00003" || m.MemberID != "mem_3" || m.Status != push.Sent {
			t.Errorf("the user's message: %+v", m)
		}
	})
}
