package store

import "database/sql"

// Pools are the pools of connections by name, each with what tells its state:
// "writer" and "readers" on SQLite, "postgres" on PostgreSQL. The functions may
// be called at any time, also after [DB.Close].
func (db *DB) Pools() map[string]func() sql.DBStats { return db.pools() }

func (l *lite) pools() map[string]func() sql.DBStats {
	return map[string]func() sql.DBStats{"writer": l.write.Stats, "readers": l.read.Stats}
}

func (p *postgres) pools() map[string]func() sql.DBStats {
	return map[string]func() sql.DBStats{"postgres": p.pool.Stats}
}
