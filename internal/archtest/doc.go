// Package archtest holds the code to the layout that ARCHITECTURE.md
// describes: who may import whom, who may read the environment, and how long a
// file may grow. It has no code of its own besides tests.
package archtest
