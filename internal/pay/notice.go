package pay

import "time"

// Posted is what somebody sent to a callback address, as it came. Nothing in
// it is trusted before a [Listener] has verified it.
type Posted struct {
	Account string              // the merchant account whose address was called
	Body    []byte              // bounded by the caller
	Header  map[string][]string // the ones worth keeping
	Remote  string              // the caller's address
}

// Verdict is what became of a notice.
type Verdict string

// The verdicts. All but [VerdictForged] are answered with success.
const (
	VerdictSettled    Verdict = "settled"    // it settled its order
	VerdictSurplus    Verdict = "surplus"    // the money came and settled nothing
	VerdictRepeated   Verdict = "repeated"   // it told what was known already
	VerdictNoted      Verdict = "noted"      // genuine, and asks nothing of us (waiting, closed, refunded)
	VerdictMismatched Verdict = "mismatched" // genuine, but of another account, payment or amount
	VerdictForged     Verdict = "forged"     // the signature is bad, or there is none
)

// Notice is one thing that a platform posted, kept as it came. The same thing
// posted again, in whatever way it is written down, raises Deliveries instead
// of adding a row, so that repetition can't fill the disk.
type Notice struct {
	ID         string // ntc_...
	Account    string
	Body       []byte
	Header     map[string][]string
	Remote     string
	BodyHash   string // the number, a dot, and the report's Digest or the SHA-256 of the body in hexadecimal; unique per account
	Verdict    Verdict
	Reason     string    // why, where the verdict is not settled: "amount", "payment", "account", "fields", ...
	PaymentID  string    // empty where none matched
	Number     string    // the out_trade_no in it
	AskAt      time.Time // when the platform is to be asked about a number that is not ours; zero for never
	Finding    string    // what it answered
	Deliveries int64
	ReceivedAt time.Time // first delivery, UTC
	LastAt     time.Time // last delivery, UTC
}

// TradeState is what a platform says of a trade.
type TradeState string

// The states that a platform may report.
const (
	TradeAbsent    TradeState = "absent"    // the platform does not know it
	TradeWaiting   TradeState = "waiting"   // it waits for the payer
	TradeSucceeded TradeState = "succeeded" // paid, whether or not it can still be refunded
	TradeClosed    TradeState = "closed"    // closed unpaid
	TradeReturned  TradeState = "returned"  // paid once, then refunded in full
)

// Report is what a platform says of one payment, in a notice or in the answer
// to a query, after its signature was verified.
type Report struct {
	Number  string // out_trade_no
	TradeNo string
	State   TradeState
	Amount  Amount // fen, the trade's total
	Buyer   string
	PaidAt  time.Time // UTC; zero where the platform does not say
	Foreign bool      // the account in it is not the one that was called
	Vague   bool      // of a notice: its signature is good for other fields too, so that it settles nothing by itself
	Digest  []byte    // of a notice: of what is signed in it, however it is written; empty where only the bytes tell
}
