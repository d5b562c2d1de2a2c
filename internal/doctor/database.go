package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/paypush/paypush/internal/survey"
)

// database looks at the database's settings and whether it may be written.
func (e *examination) database(ctx context.Context) {
	title := Text{"数据库", "Database"}
	db, err := survey.Open(ctx, e.Config.DatabaseURL())
	switch {
	case errors.Is(err, survey.ErrAbsent):
		e.ok("database", title, Text{"数据库文件还没有，首次启动时建立。", "The database file does not exist yet; the first start makes it."})
		return
	case errors.Is(err, survey.ErrAddress):
		e.fail("database", title, Text{"数据库地址的格式不对。", "The database's address has the wrong form."},
			Text{"写成 sqlite:路径 或 postgres://用户@主机/库名。", "Write sqlite:PATH or postgres://USER@HOST/NAME."})
		return
	case err != nil && strings.HasPrefix(e.Config.DatabaseURL(), "sqlite:"):
		e.fail("database", title, Text{"打不开数据库文件：" + err.Error(), "The database file can't be opened: " + err.Error()}, damaged())
		return
	case err != nil:
		e.fail("database", title, Text{"连不上数据库。", "The database can't be reached: " + err.Error()},
			Text{"检查地址、用户名、密码与网络；密码请放在 PAYPUSH_DATABASE_URL_FILE 指向的文件。", "Check address, user, password and network; keep the password in the file that PAYPUSH_DATABASE_URL_FILE names."})
		return
	}
	defer db.Close() //nolint:errcheck // it was only read
	found, err := db.Settings(ctx)
	if err != nil {
		e.fail("database", title, Text{"读不出数据库的设置：" + err.Error(), "The database's settings can't be read: " + err.Error()}, damaged())
		return
	}
	e.ok("database", title, same(fmt.Sprintf("%s %s, %.1f MB", found.Engine, found.Version, float64(found.Size)/1e6)))
	e.databaseMode(found)
	e.databaseSchema(found)
	e.databaseDurable(found)
	e.databaseWritable(ctx, db)
}

func damaged() Text {
	return Text{"检查文件的属主与权限；若它不是 paypush 的数据库或已损坏，从备份恢复（paypush restore）。",
		"Check who owns the file; if it is no database of paypush or is damaged, restore a backup (paypush restore)."}
}

func (e *examination) databaseMode(s survey.Settings) {
	title, mode := Text{"数据库的模式", "Database mode"}, string(e.Config.Mode)
	switch s.Mode {
	case mode, "":
		e.ok("database.mode", title, Text{"与配置一致：" + mode + "。", "As configured: " + mode + "."})
	default:
		e.fail("database.mode", title, Text{"数据库属于模式 " + s.Mode + "，配置是 " + mode + "。", "The database belongs to mode " + s.Mode + ", the configuration says " + mode + "."},
			Text{"每个模式用各自的数据库：换一个 data 目录或数据库地址，或改回原模式。", "Each mode has a database of its own: name another data folder or database, or go back to that mode."})
	}
}

func (e *examination) databaseSchema(s survey.Settings) {
	title := Text{"表结构", "Schema"}
	found := Text{fmt.Sprintf("版本 %d，本程序为 %d。", s.Schema, e.Schema), fmt.Sprintf("Version %d; this program has %d.", s.Schema, e.Schema)}
	switch {
	case e.Schema == 0 || s.Schema == e.Schema:
		e.ok("database.schema", title, Text{fmt.Sprintf("版本 %d。", s.Schema), fmt.Sprintf("Version %d.", s.Schema)})
	case s.Schema > e.Schema && s.Floor <= e.Schema:
		e.warn("database.schema", title, found, Text{"数据库已被更新的程序扩充，本程序仍可与它并行；升级完成后换用新版本。", "A newer program has added to this database; this one may still run beside it. Go on to that version once the upgrade is through."})
	case s.Schema > e.Schema:
		e.fail("database.schema", title, found, Text{"数据库被更新的程序升级过：换用新版本的 paypush，不要降级。", "A newer program has upgraded this database: use that version of paypush; there is no way back."})
	default:
		e.warn("database.schema", title, found, Text{"下次启动会自动升级；先做备份（paypush backup）。", "The next start upgrades it; make a backup first (paypush backup)."})
	}
}

func (e *examination) databaseDurable(s survey.Settings) {
	title := Text{"落盘", "Durability"}
	switch {
	case s.Engine == survey.SQLite && s.Durable():
		e.ok("database.durability", title, Text{"WAL，服务的每个写连接都用 synchronous=FULL。", "WAL; every connection of the server that writes uses synchronous=FULL."})
	case s.Engine == survey.SQLite:
		e.ok("database.durability", title, Text{"日志模式 " + s.Journal + "，启动时改为 WAL。", "Journal mode " + s.Journal + "; the start changes it to WAL."})
	case s.Durable() && s.FullPageWrites == "on":
		e.ok("database.durability", title, same("synchronous_commit="+s.SynchronousCommit+", fsync="+s.Fsync))
	default:
		found := fmt.Sprintf("synchronous_commit=%s, fsync=%s, full_page_writes=%s", s.SynchronousCommit, s.Fsync, s.FullPageWrites)
		e.fail("database.durability", title, same(found),
			Text{"断电会丢失已确认的付款：在 PostgreSQL 里把这三项都设为 on（可按角色或数据库设置）。", "A power cut loses payments that were confirmed: set all three to on in PostgreSQL, for the role or the database."})
	}
}

func (e *examination) databaseWritable(ctx context.Context, db *survey.Survey) {
	title := Text{"写入", "Writing"}
	switch err := db.Writable(ctx); {
	case err == nil:
		e.ok("database.writable", title, Text{"可以写入。", "The database can be written."})
	case errors.Is(err, survey.ErrLocked):
		e.warn("database.writable", title, Text{"另一个进程占着写锁已有数秒。", "Another process has held the write lock for seconds."},
			Text{"同一个 SQLite 文件只应由一个 paypush 使用；检查是否有别的程序打开了它。", "One paypush alone should use a SQLite file; see who else has it open."})
	default:
		e.fail("database.writable", title, Text{"不能写入数据库。", "The database can't be written."},
			Text{"检查文件和目录的属主与权限；PostgreSQL 则检查是否连到了只读备库，以及角色的权限。", "Check who owns the file and its folder; on PostgreSQL, whether this is a standby, and what the role may do."})
	}
}
