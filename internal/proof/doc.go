// Package proof holds the books of money against themselves and against the
// platform: states, sums, events, notices and messages must tell one story. It
// is what `paypush audit` runs and what the tests of everything else end with.
//
// It repairs nothing and writes nothing; each finding says what a person can
// do.
//
// The rule that surprises: the server may go on working meanwhile. Whatever
// looks wrong is read again by itself before it is reported, so that a change
// which came between two reads is not taken for a fault.
package proof
