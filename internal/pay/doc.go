// Package pay is the domain of money: what an order, a payment and a notice
// are, how they move from state to state, and the service that moves them.
//
// It knows no platform, no database and no web: those are behind the ports
// [Provider], [Listener] and [Store]. It imports the standard library and the
// program's own error, event and identifier packages only.
//
// The rule that surprises: a payment that succeeded does not always settle its
// order. Money that came late, twice or in another amount is a surplus; it is
// recorded and reported and the order does not change for it.
package pay
