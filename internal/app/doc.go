// Package app wires the whole program: it opens the database, the platforms'
// clients and the job engine, hands them to the domains, and serves what
// people, programs and platforms call.
//
// It holds no rule of the business; whatever needs a decision belongs to a
// domain. It is the only package that knows all the others.
package app
