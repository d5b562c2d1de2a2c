-- +goose Up
-- What was moved out of tables into files. Rows of a table are archived up to
-- upto_seq and upto_at, which never go back from one row to the next.
CREATE TABLE archives (
    tbl       {{text}} NOT NULL,
    no        {{bigint}} NOT NULL,
    file      {{text}} NOT NULL,
    row_count {{bigint}} NOT NULL,
    bytes     {{bigint}} NOT NULL,
    sha256    {{text}} NOT NULL,
    first_at  {{bigint}} NOT NULL,
    last_at   {{bigint}} NOT NULL,
    last_seq  {{bigint}} NOT NULL,
    upto_at   {{bigint}} NOT NULL,
    upto_seq  {{bigint}} NOT NULL,
    removed   {{bigint}} NOT NULL,
    made_at   {{bigint}} NOT NULL,
    ended_at  {{bigint}} NOT NULL,
    PRIMARY KEY (tbl, no)
){{clustered}};
CREATE INDEX archives_open ON archives (tbl, no) WHERE ended_at = 0;

-- +goose Down
DROP TABLE archives;
