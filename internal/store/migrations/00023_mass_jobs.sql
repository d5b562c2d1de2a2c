-- +goose Up
-- Mass calls that the platform took and whose end it has not told yet. Business
-- time.
CREATE TABLE mass_jobs (
    account     {{text}} NOT NULL,
    platform_id {{text}} NOT NULL,
    tries       {{bigint}} NOT NULL,
    ask_at      {{bigint}} NOT NULL,
    taken_at    {{bigint}} NOT NULL,
    PRIMARY KEY (account, platform_id)
){{clustered}};
CREATE INDEX mass_jobs_due ON mass_jobs (account, ask_at);
CREATE INDEX mass_jobs_taken ON mass_jobs (taken_at);

-- +goose Down
DROP TABLE mass_jobs;
