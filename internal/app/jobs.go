package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/job"
	"github.com/paypush/paypush/internal/job/local"
	"github.com/paypush/paypush/internal/job/river"
	"github.com/paypush/paypush/internal/store"
)

// kindDeliver is the job that sends one message; its payload is the message's id.
const kindDeliver = "push.deliver"

func deliverJob(messageID string) job.Job {
	payload, err := json.Marshal(messageID)
	if err != nil {
		panic("app: a string did not marshal: " + err.Error())
	}
	return job.Job{Kind: kindDeliver, Key: messageID, Payload: payload}
}

// openJobs chooses the engine that belongs to the database.
func (s *Server) openJobs(ctx context.Context) (job.Runner, error) {
	handlers := map[string]job.Handler{kindDeliver: s.timed(kindDeliver, s.deliver)}
	// A call to WeChat takes ten seconds at most, so a job that is older than
	// twice its timeout belongs to a node that died.
	options := job.Options{Timeout: 15 * time.Second, Log: s.log}
	if s.db.Engine() == store.Postgres {
		return river.New(ctx, s.conf.DatabaseURL(), handlers, options)
	}
	return local.New(s.db.Jobs(), handlers, options), nil
}

func (s *Server) deliver(ctx context.Context, j job.Job) error {
	var id string
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return job.Drop(err)
	}
	wait, err := s.push.Deliver(ctx, id)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return job.Drop(err)
	case err != nil:
		return err
	case wait > 0:
		return job.Again(wait)
	}
	return nil
}

// migrate brings the schema up to date, the job engine's included.
func migrate(ctx context.Context, db *store.DB, url string) error {
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	if db.Engine() == store.Postgres {
		return river.Migrate(ctx, url)
	}
	return nil
}
