// Package crash kills the real server in the middle of its work and holds what
// is left against what the sandbox, another process, says is true. It has
// tests alone.
package crash
