package pay

import "testing"

// Invariant 8: nothing leads out of a final state, and from nowhere can one
// come back to where one was.
func TestInvariant08StatesOnlyMoveForward(t *testing.T) {
	if len(orderMoves[OrderPaid]) != 0 {
		t.Error("paid is left")
	}
	if OrderClosed.CanBecome(OrderPending) {
		t.Error("a closed order becomes pending")
	}
	if len(paymentMoves[PaymentSucceeded]) != 0 {
		t.Error("succeeded is left")
	}
	for _, final := range []RefundStatus{RefundSucceeded, RefundFailed, RefundRefused} {
		if len(refundMoves[final]) != 0 {
			t.Errorf("refund state %s is left", final)
		}
	}
	for _, s := range []PaymentStatus{PaymentPending, PaymentUnknown, PaymentClosed, PaymentFailed, PaymentSucceeded} {
		if s.CanBecome(PaymentCreated) {
			t.Errorf("%s becomes created again", s)
		}
	}
	for _, s := range []PaymentStatus{PaymentClosed, PaymentFailed, PaymentSucceeded} {
		if s.CanBecome(PaymentPending) || s.CanBecome(PaymentUnknown) {
			t.Errorf("%s becomes live again", s)
		}
	}
}
