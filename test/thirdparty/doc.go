// Package thirdparty runs other people's clients, unchanged and pinned, against
// the sandbox, and with them this module's own clients: what one signs the
// other must verify. It has tests alone.
//
// The clients are in node/ (npm packages, installed once into the user's cache)
// and in gosdk/ (Go modules, in a module of their own so that this one does not
// depend on them). What surprises: a missing node or npm fails the tests, since
// a suite that quietly leaves out the third parties proves nothing of them.
package thirdparty
