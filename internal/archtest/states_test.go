package archtest_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/reconcile"
)

// docs/states.md says the same as the code: every arrow in it is a move that
// the code allows, and the code allows no other.
func TestStatesDocumentAgrees(t *testing.T) {
	text, err := os.ReadFile("../../docs/states.md")
	if err != nil {
		t.Fatal(err)
	}
	compare(t, string(text), "Order", []pay.OrderStatus{pay.OrderPending, pay.OrderPaid, pay.OrderClosed})
	compare(t, string(text), "Payment", []pay.PaymentStatus{pay.PaymentCreated, pay.PaymentPending, pay.PaymentUnknown,
		pay.PaymentClosed, pay.PaymentFailed, pay.PaymentSucceeded})
	compare(t, string(text), "Refund", []pay.RefundStatus{pay.RefundApproving, pay.RefundPending, pay.RefundUnknown,
		pay.RefundSucceeded, pay.RefundFailed, pay.RefundRefused})
	compare(t, string(text), "Reconciliation", []reconcile.Status{reconcile.Waiting, reconcile.Loading, reconcile.Comparing, reconcile.Finished})
	compare(t, string(text), "Difference", reconcile.States())
	compare(t, string(text), "Message", []push.Status{push.Queued, push.Sending, push.Sent, push.Failed, push.Skipped, push.Unknown})
	compare(t, string(text), "Delivery", []push.Status{push.Queued, push.Sending, push.Sent, push.Failed, push.Skipped, push.Unknown})
	compare(t, string(text), "Campaign", []push.CampaignStatus{push.CampaignDraft, push.CampaignScheduled, push.CampaignRunning,
		push.CampaignPaused, push.CampaignCancelled, push.CampaignDone})
}

// state is a state that knows its moves.
type state[S any] interface {
	~string
	CanBecome(next S) bool
}

func compare[S state[S]](t *testing.T, text, heading string, states []S) {
	t.Helper()
	inCode := map[string]bool{}
	for _, from := range states {
		for _, to := range states {
			if from.CanBecome(to) {
				inCode[string(from)+" to "+string(to)] = true
			}
		}
	}
	doc, code := slices.Sorted(maps.Keys(arrows(text, heading))), slices.Sorted(maps.Keys(inCode))
	if !slices.Equal(doc, code) {
		t.Errorf("%s: the document has %q, the code %q", heading, doc, code)
	}
}

var arrow = regexp.MustCompile(`(?m)^\| ([a-z]+) \| ([a-z]+) \|`)

func arrows(text, heading string) map[string]bool {
	_, after, _ := strings.Cut(text, "## "+heading+"\n")
	body, _, _ := strings.Cut(after, "\n## ")
	all := map[string]bool{}
	for _, m := range arrow.FindAllStringSubmatch(body, -1) {
		if m[1] != "from" {
			all[m[1]+" to "+m[2]] = true
		}
	}
	return all
}
