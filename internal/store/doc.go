// Package store keeps everything that must survive: orders, payments and
// notices, people and their bindings, messages, events, sessions, keys, tokens
// and the jobs of the embedded engine. It implements the stores of the domains
// over SQLite inside the process and over PostgreSQL.
//
// It is not the place for rules: what may become what is the domains' affair,
// and the store only makes their conditional updates true. It has no queue of
// its own either; jobs are run by the packages below internal/job.
//
// The rule that surprises: on SQLite the closure given to Update runs on the
// one goroutine that writes, between the closures of other callers, and all of
// them become durable together. So a closure must be quick, must not call
// anybody, and must never call Update itself.
package store
