// Package reconcile holds the ledger against what a platform bills, day by day
// and line by line, and keeps every difference until somebody, or the platform
// itself, has explained it.
//
// It moves no money and changes no order: a difference is acted on through
// [Money], which asks the platform and believes only its answer. Whether the
// ledger fits itself is the affair of internal/proof.
//
// The rule that surprises: the bill is stored first and compared afterwards, a
// batch at a time, so that a day of any size takes the same memory, a node
// that dies is followed by another one where it stopped, and a line that the
// platform put into another day's bill can be found there.
package reconcile
