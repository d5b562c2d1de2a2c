package pay

import "time"

// PaymentStatus is where one attempt to pay stands. It only moves forward.
type PaymentStatus string

// The states of a payment.
const (
	PaymentCreated   PaymentStatus = "created"   // a link exists; the platform may know nothing of it
	PaymentPending   PaymentStatus = "pending"   // the platform knows it and waits for the payer
	PaymentUnknown   PaymentStatus = "unknown"   // a call timed out; only a query will tell
	PaymentClosed    PaymentStatus = "closed"    // given up; watched until its link has expired
	PaymentFailed    PaymentStatus = "failed"    // the platform refused it for good
	PaymentSucceeded PaymentStatus = "succeeded" // the money came; final
)

// A closed payment may still succeed: a link that nobody had opened when it
// was closed does not exist at the platform and stays payable until it expires.
var paymentMoves = map[PaymentStatus][]PaymentStatus{
	PaymentCreated: {PaymentPending, PaymentUnknown, PaymentSucceeded, PaymentClosed, PaymentFailed},
	PaymentPending: {PaymentUnknown, PaymentSucceeded, PaymentClosed, PaymentFailed},
	PaymentUnknown: {PaymentPending, PaymentSucceeded, PaymentClosed, PaymentFailed},
	PaymentClosed:  {PaymentSucceeded},
	PaymentFailed:  {PaymentSucceeded},
}

// CanBecome reports whether a payment may move from s to next.
func (s PaymentStatus) CanBecome(next PaymentStatus) bool { return contains(paymentMoves[s], next) }

// Live reports whether the payer may be paying right now.
func (s PaymentStatus) Live() bool {
	return s == PaymentCreated || s == PaymentPending || s == PaymentUnknown
}

// SurplusKind says why a payment that succeeded settles nothing.
type SurplusKind string

// The kinds of surplus; the empty kind means that there is none.
const (
	SurplusNone   SurplusKind = ""
	SurplusLate   SurplusKind = "late"   // the order was closed
	SurplusTwice  SurplusKind = "twice"  // another payment had settled the order
	SurplusAmount SurplusKind = "amount" // not what the payment asked for
)

// Payment is one attempt to pay an order through one channel. Times are UTC;
// a zero time means not yet or never.
type Payment struct {
	ID           string        // pay_...
	OrderID      string        //
	Number       string        // the out_trade_no that the platform knows it by
	Channel      string        // such as "alipay.page"
	Account      string        // the merchant account that collects it
	Amount       Amount        // fen asked for
	Status       PaymentStatus //
	TradeNo      string        // the platform's own number, once known
	Buyer        string        // the platform's word for who paid, masked as it came
	PaidAmount   Amount        // fen that came
	Settles      bool          // whether it is the one that settled its order
	Surplus      SurplusKind   // why it does not, where it succeeded and does not
	SurplusState SurplusState  // what is done about it
	ActAt        time.Time     // when the policy is applied to it next; zero for never
	Reserved     Amount        // fen in refunds that succeeded or may still
	Refunded     Amount        // fen that went back
	Queries      int           // how often the platform was asked
	NextQueryAt  time.Time     // when it is to be asked next; zero for never
	Version      int64         //
	CreatedAt    time.Time     //
	ExpiresAt    time.Time     // the link's time_expire: after it nobody can pay any more
	PaidAt       time.Time     // the platform's time
	ClosedAt     time.Time
}
