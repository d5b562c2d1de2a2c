package river

import (
	"context"
	"os"
	"testing"

	"github.com/riverqueue/river"

	"github.com/paypush/paypush/internal/job"
	"github.com/paypush/paypush/internal/job/jobtest"
	"github.com/paypush/paypush/internal/store/pgtest"
)

func TestMain(m *testing.M) {
	jobtest.Child(func(address string, handlers map[string]job.Handler, o job.Options) (job.Runner, error) {
		// It never leads, so that its death does not hold up who leads next.
		return open(context.Background(), address, handlers, o, func(c *river.Config) { c.LeaderElectionDisabled = true })
	})
	os.Exit(pgtest.Main(m))
}

func migrated(t *testing.T) string {
	t.Helper()
	return pgtest.Migrated(t, "river", func(url string) error { return Migrate(context.Background(), url) })
}

func TestConformance(t *testing.T) {
	jobtest.Run(t, func(t *testing.T) jobtest.Engine {
		url := migrated(t)
		return jobtest.Engine{Address: url, Open: func(h map[string]job.Handler, o job.Options) (job.Runner, error) {
			return New(context.Background(), url, h, o)
		}}
	})
}
