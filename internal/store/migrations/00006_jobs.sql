-- +goose Up
-- The jobs of the engine that runs inside one process.
CREATE TABLE jobs (
    id       {{text}} PRIMARY KEY,
    kind     {{text}} NOT NULL,
    key      {{text}} NOT NULL,
    payload  {{blob}} NOT NULL,
    state    {{text}} NOT NULL,
    attempt  {{bigint}} NOT NULL,
    run_at   {{bigint}} NOT NULL,
    ended_at {{bigint}} NOT NULL,
    error    {{text}} NOT NULL
){{strict}};
CREATE UNIQUE INDEX jobs_key ON jobs (kind, key) WHERE key <> '';
CREATE INDEX jobs_ready ON jobs (run_at, id) WHERE state = 'ready';
CREATE INDEX jobs_running ON jobs (id) WHERE state = 'running';
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at > 0;

-- +goose Down
DROP TABLE jobs;
