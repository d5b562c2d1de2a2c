package archtest_test

import "strings"

const module = "github.com/paypush/paypush"

// rule says what the packages below a folder may import. Standard library
// packages are always allowed, and so is the package's own folder.
type rule struct {
	folder string
	allow  []string // import paths, or folders of this module, with everything below them
}

// rules are tried in order; the first whose folder holds the package counts.
// The order of the table is the order of the layers, innermost first.
var rules = []rule{
	{"internal/fault", nil},
	{"internal/event", nil},
	{"internal/bell", nil},
	{"internal/request", nil},
	{"internal/seal", nil},
	{"internal/audit", []string{"internal/request"}},
	{"internal/id", []string{"github.com/google/uuid"}},
	{"internal/config", []string{"internal/pay", "internal/fault", "github.com/BurntSushi/toml"}},
	{"internal/trace", []string{"internal/request", "internal/fault", "go.opentelemetry.io/otel"}},
	{"internal/logging", []string{"internal/request", "internal/trace"}},
	{"internal/password", []string{"internal/fault", "internal/member", "golang.org/x/crypto"}},

	// The domain says what, and nothing of how.
	{"internal/pay", []string{"internal/fault", "internal/event"}},
	{"internal/reconcile", []string{"internal/pay", "internal/fault", "internal/event"}},
	{"internal/push", []string{"internal/bell", "internal/fault", "internal/event"}},
	{"internal/member", []string{"internal/fault", "internal/event"}},
	{"internal/webhook", []string{"internal/fault", "internal/event"}},

	// Public clients stand alone.
	{"alipay", []string{"golang.org/x/text", "golang.org/x/crypto"}},
	{"wechat", []string{"golang.org/x/text", "golang.org/x/crypto"}},
	{"unionpay", []string{"golang.org/x/text", "golang.org/x/crypto"}},

	// The sandbox is a second opinion: nothing of the clients, nothing of internal.
	{"sandbox", []string{"golang.org/x/text", "golang.org/x/crypto", "golang.org/x/net", "golang.org/x/sync", "rsc.io/qr"}},

	// Adapters translate one client to the domain and know nobody else.
	{"internal/provider/alipay", []string{"alipay", "internal/pay", "internal/fault"}},
	{"internal/channel/wechat", []string{"wechat", "internal/push", "internal/member", "internal/fault"}},

	// SQLite's files, for the store.
	{"internal/walvfs", []string{"golang.org/x/sys", "modernc.org/libc", "modernc.org/sqlite"}},

	// The store imports the domain, never the other way round.
	{"internal/proof", []string{"internal/pay", "internal/event", "internal/fault"}},
	{"internal/archive", []string{"internal/fault"}},
	{"internal/store", []string{"internal/archive", "internal/audit", "internal/bell", "internal/job", "internal/proof", "internal/pay", "internal/push", "internal/member", "internal/reconcile", "internal/walvfs", "internal/webhook", "internal/event", "internal/fault",
		"github.com/jackc/pgx/v5", "modernc.org/sqlite", "github.com/pressly/goose/v3", "github.com/alexedwards/scs/v2"}},
	{"internal/job/local", []string{"internal/job", "internal/store", "internal/fault"}},
	{"internal/job/river", []string{"internal/job", "internal/fault", "github.com/riverqueue/river", "github.com/jackc/pgx/v5"}},
	{"internal/job", nil},

	// What operators look at: the database from outside, and everything that is counted.
	{"internal/survey", []string{"internal/fault", "github.com/jackc/pgx/v5", "modernc.org/sqlite"}},
	{"internal/backup", []string{"internal/fault", "modernc.org/sqlite"}},
	{"internal/metrics", []string{"internal/pay", "internal/push", "internal/webhook", "internal/event", "internal/fault", "internal/survey",
		"github.com/prometheus/client_golang"}},
	{"internal/doctor", []string{"internal/config", "internal/seal", "internal/survey", "internal/fault", "alipay", "wechat", "golang.org/x/sys"}},

	// What people, programs and platforms call.
	{"internal/callback", []string{"internal/pay", "internal/fault", "wechat"}},
	{"internal/api", []string{"internal/audit", "internal/pay", "internal/push", "internal/reconcile", "internal/webhook", "internal/member", "internal/qrcode", "internal/event", "internal/fault", "internal/request",
		"github.com/danielgtaylor/huma/v2"}},
	{"internal/qrcode", []string{"rsc.io/qr"}},
	{"internal/docs/gen", []string{"internal/docs", "internal/api", "internal/fault"}},
	{"internal/docs", []string{"golang.org/x/text"}},
	{"internal/web", []string{"internal/audit", "internal/pay", "internal/push", "internal/member", "internal/reconcile", "internal/webhook", "internal/event", "internal/fault", "internal/request", "internal/id", "internal/qrcode",
		"github.com/alexedwards/scs/v2", "golang.org/x/text"}},

	// A server seen from outside, for the command line.
	{"internal/remote", []string{"internal/webhook", "internal/event", "internal/pay"}},

	// Only app wires everything, and only cmd and bench call app.
	{"internal/app", []string{"*"}},
	{"cmd", []string{"internal/app", "internal/archive", "internal/backup", "internal/config", "internal/doctor", "internal/fault", "internal/logging", "internal/pay", "internal/proof", "internal/remote", "sandbox", "alipay", "github.com/alecthomas/kong"}},
	{"bench", []string{"*"}},
	{"test", []string{"*"}},
	{"tools", []string{"*"}},
}

func ruleFor(folder string) (rule, bool) {
	for _, r := range rules {
		if below(folder, r.folder) {
			return r, true
		}
	}
	return rule{}, false
}

// allows reports whether a package in folder may import path under r.
func (r rule) allows(path string) bool {
	if !strings.Contains(strings.SplitN(path, "/", 2)[0], ".") {
		return true // the standard library
	}
	local, ours := strings.CutPrefix(path, module+"/")
	if ours && below(local, r.folder) {
		return true
	}
	for _, a := range r.allow {
		if a == "*" || below(path, a) || ours && below(local, a) {
			return true
		}
	}
	return false
}

func below(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
