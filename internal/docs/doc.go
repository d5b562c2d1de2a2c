// Package docs serves the documentation that a running server shows of itself:
// the API at /docs, drawn from its OpenAPI document, and the table of error
// codes at /docs/errors.
//
// It is not for guides, which are files of the repository. The pages are made
// once, at start, work without scripts and ask no other host for anything.
package docs
