-- +goose Up
CREATE TABLE messages (
    id           {{text}} PRIMARY KEY,
    key          {{text}} NOT NULL UNIQUE,
    member_id    {{text}} NOT NULL,
    channel      {{text}} NOT NULL,
    account      {{text}} NOT NULL,
    recipient    {{text}} NOT NULL,
    kind         {{text}} NOT NULL,
    template     {{text}} NOT NULL,
    vals         {{text}} NOT NULL,
    text         {{text}} NOT NULL,
    link         {{text}} NOT NULL,
    status       {{text}} NOT NULL,
    code         {{text}} NOT NULL,
    detail       {{text}} NOT NULL,
    platform_id  {{text}} NOT NULL,
    attempts     {{bigint}} NOT NULL,
    version      {{bigint}} NOT NULL,
    created_at   {{bigint}} NOT NULL,
    first_try_at {{bigint}} NOT NULL,
    done_at      {{bigint}} NOT NULL
){{strict}};
CREATE INDEX messages_member ON messages (member_id, id) WHERE member_id <> '';

-- +goose Down
DROP TABLE messages;
