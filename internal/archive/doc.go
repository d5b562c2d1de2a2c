// Package archive moves old rows out of tables that would grow for ever into
// compressed files, a month of one table at most in each, and proves later
// that the files are whole.
//
// It decides nothing about what is old: it is told a time for each table. It
// never touches orders, payments, refunds or the audit trail.
//
// A file is written, synced and named in the index (the table archives) before
// anything is deleted; before the first row goes it is read back and held
// against its count and hash, and each row goes only while it still is what
// the file says, byte by byte. So a process may be killed at any instant: the
// next run finishes what the index names and throws away what it does not.
//
// The rule that surprises: nothing is cleaned up where something fails. What a
// failure leaves is what a kill leaves, and the next run deals with both in
// one way.
package archive
