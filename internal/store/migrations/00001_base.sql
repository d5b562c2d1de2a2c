-- +goose Up
-- Times are UTC microseconds since 1970; 0 means not yet or never.
CREATE TABLE stamp (
    one  {{bigint}} PRIMARY KEY CHECK (one = 1),
    mode {{text}} NOT NULL
){{strict}};

-- The events of all domains. The row is the outbox: seq is 0 until the
-- dispatcher numbers it, after commit.
CREATE TABLE events (
    id      {{text}} PRIMARY KEY,
    seq     {{bigint}} NOT NULL DEFAULT 0,
    type    {{text}} NOT NULL,
    object  {{text}} NOT NULL,
    version {{bigint}} NOT NULL,
    data    {{text}} NOT NULL,
    at      {{bigint}} NOT NULL
){{strict}};
CREATE UNIQUE INDEX events_seq ON events (seq) WHERE seq > 0;
CREATE INDEX events_unnumbered ON events (id) WHERE seq = 0;
CREATE INDEX events_object ON events (object, id);

-- One row: locking it makes one numbering follow another.
CREATE TABLE numbering (
    one  {{bigint}} PRIMARY KEY CHECK (one = 1),
    last {{bigint}} NOT NULL
){{strict}};
INSERT INTO numbering (one, last) VALUES (1, 0);

CREATE TABLE cursors (
    name {{text}} PRIMARY KEY,
    seq  {{bigint}} NOT NULL
){{strict}};

-- +goose Down
DROP TABLE cursors;
DROP TABLE numbering;
DROP TABLE events;
DROP TABLE stamp;
