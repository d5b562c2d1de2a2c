package store

import "github.com/pressly/goose/v3/database"

// types is how an engine spells what the migrations name.
type types struct {
	dialect database.Dialect
	words   []string // pairs for strings.NewReplacer
}

func sqliteTypes() types {
	return types{database.DialectSQLite3, []string{
		"{{text}}", "TEXT", "{{bigint}}", "INTEGER", "{{blob}}", "BLOB",
		"{{strict}}", " STRICT", "{{clustered}}", " STRICT, WITHOUT ROWID",
		"{{concurrently}}", ""}}
}

// postgresTypes has text sorted by its bytes, as SQLite does, so that a page
// of ids ends at the same one on both engines.
func postgresTypes() types {
	return types{database.DialectPostgres, []string{
		"{{text}}", `TEXT COLLATE "C"`, "{{bigint}}", "BIGINT", "{{blob}}", "BYTEA",
		"{{strict}}", "", "{{clustered}}", "",
		"{{concurrently}}", "CONCURRENTLY"}}
}
