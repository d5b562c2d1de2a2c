package pay

import "testing"

// Invariant 8: nothing leads out of a final state, and from nowhere can one
// come back to where one was.
func TestInvariant08StatesOnlyMoveForward(t *testing.T) {
	for _, final := range []OrderStatus{OrderPaid, OrderClosed} {
		if len(orderMoves[final]) != 0 {
			t.Errorf("order state %s is left", final)
		}
	}
	if len(paymentMoves[PaymentSucceeded]) != 0 {
		t.Error("succeeded is left")
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
