package app

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/password"
	"github.com/paypush/paypush/internal/store"
)

// Office is what an operator does on the command line, beside a server that
// may be running on the same database.
type Office struct {
	db      *store.DB
	url     string
	members *member.Service
}

// OpenOffice opens the database at an address such as sqlite:PATH.
func OpenOffice(ctx context.Context, url string, log *slog.Logger) (*Office, error) {
	db, err := store.Open(ctx, url, store.Options{Log: log})
	if err != nil {
		return nil, err
	}
	return &Office{db: db, url: url, members: newMembers(db, nil, time.Now)}, nil
}

func newMembers(db *store.DB, directories map[string]member.Directory, now func() time.Time) *member.Service {
	return member.NewService(member.Config{Store: db.People(), Hasher: password.New(runtime.GOMAXPROCS(0)), Throttle: db.Throttle(time.Now),
		Directories: directories, Now: now, NewID: id.New})
}

// Close closes the database.
func (o *Office) Close() error { return o.db.Close() }

// Migrate brings the schema up to date, the job engine's included.
func (o *Office) Migrate(ctx context.Context) error { return migrate(ctx, o.db, o.url) }

const linkLife = time.Hour

// Appoint makes somebody with a role, or gives an existing member that role,
// and returns the path of a link that signs them in once within an hour. An
// empty password leaves an existing one alone.
func (o *Office) Appoint(ctx context.Context, name, password, role string) (path string, err error) {
	if err := o.Migrate(ctx); err != nil {
		return "", err
	}
	ctx = audit.By(ctx, audit.Command)
	m, err := o.members.Provide(audit.Note(ctx, audit.Entry{Action: audit.RoleChange, Became: role}), name, password, member.Role(role))
	if err != nil {
		return "", err
	}
	ctx = audit.Note(ctx, audit.Entry{Action: audit.SignInLink, Object: m.ID})
	return signInPath(ctx, o.db, m.ID, linkLife)
}

// CreateKey makes an API key and returns its secret, which is shown once. by
// is the name of the member who answers for what it does, empty for nobody.
func (o *Office) CreateKey(ctx context.Context, name, by string) (string, error) {
	if err := o.Migrate(ctx); err != nil {
		return "", err
	}
	madeBy := ""
	if by != "" {
		m, err := o.db.People().MemberByName(ctx, by)
		if err != nil {
			return "", err
		}
		madeBy = audit.MemberActor + m.ID
	}
	ctx = audit.Note(audit.By(ctx, audit.Command), audit.Entry{Action: audit.KeyCreate, Became: name})
	secret, _, err := o.db.Keys().Create(ctx, name, member.RoleOperator, madeBy)
	return secret, err
}

func signInPath(ctx context.Context, db *store.DB, memberID string, life time.Duration) (string, error) {
	secret, err := db.SignInLinks().Create(ctx, memberID, life)
	return "/sign-in/" + secret, err
}
