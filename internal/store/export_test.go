package store

// PostgresText shows the tests how a statement is spelled for PostgreSQL.
func PostgresText(q string) string { return postgresText(statement(q)) }
