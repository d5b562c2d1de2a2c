package store

import "testing"

func TestStatementsForColumnsOfManyRows(t *testing.T) {
	for q, want := range map[statement]statement{
		"INSERT INTO t (a, b, c) VALUES /*row*/(CAST($1 AS TEXT), 0, CAST($2 AS BIGINT))/*row*/ RETURNING a": "INSERT INTO t (a, b, c) " +
			"SELECT c1, 0, c2 FROM UNNEST(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[])) AS given (c1, c2) LIMIT CARDINALITY(CAST($1 AS TEXT[])) RETURNING a",
		"WITH f (a) AS (VALUES /*row*/(CAST($1 AS TEXT))/*row*/) SELECT a FROM f": "WITH f (a) AS (" +
			"SELECT c1 FROM UNNEST(CAST($1 AS TEXT[])) AS given (c1) LIMIT CARDINALITY(CAST($1 AS TEXT[]))) SELECT a FROM f",
	} {
		if got := byColumns(q); got != want {
			t.Errorf("%s\ngot  %s", q, got)
		}
	}
}
