// Package push tells thousands through the real server while faults are on and
// nodes are killed, and holds what its campaigns say against what the sandbox,
// another process, says is true. It has tests alone.
package push
