// Package pgtest gives tests a PostgreSQL of their own: a private cluster in a
// temporary folder, on 127.0.0.1 and a port of its own, one for each test
// binary, and a fresh database for each test.
//
// It is for tests only; nothing in the program imports it. Where PostgreSQL's
// server is not installed the tests fail, and say so, because a store that was
// tried on one engine only was not tried.
//
// The rule that surprises: the cluster is watched by a small shell that holds
// the other end of a pipe, so it stops, and its folder goes, even when the
// test binary panics or is killed.
package pgtest
