// Package reconcile holds tests that let a ledger and the sandbox live through
// many days and hold the bills of those days against the ledger. There is no
// server in them: the domains stand on a real store and speak to the sandbox
// over HTTP.
package reconcile
