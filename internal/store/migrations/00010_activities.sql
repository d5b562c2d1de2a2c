-- +goose Up
-- One thing to tell all bound members. next is the binding up to which
-- messages were made.
CREATE TABLE activities (
    id         {{text}} PRIMARY KEY,
    kind       {{text}} NOT NULL,
    account    {{text}} NOT NULL,
    template   {{text}} NOT NULL,
    vals       {{text}} NOT NULL,
    text       {{text}} NOT NULL,
    link       {{text}} NOT NULL,
    status     {{text}} NOT NULL,
    made       {{bigint}} NOT NULL,
    next       {{text}} NOT NULL,
    version    {{bigint}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    done_at    {{bigint}} NOT NULL
){{strict}};

-- What is looked for when somebody leaves.
CREATE INDEX bind_links_member ON bind_links (member_id);
CREATE INDEX sign_in_links_member ON sign_in_links (member_id);

-- +goose Down
DROP INDEX sign_in_links_member;
DROP INDEX bind_links_member;
DROP TABLE activities;
