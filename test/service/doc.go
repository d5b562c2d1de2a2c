// Package service runs the whole server and the sandbox in one process, over
// real HTTP on loopback, and holds what can be seen from outside against the
// promises. It has tests alone.
package service
