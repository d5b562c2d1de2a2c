-- +goose Up
CREATE TABLE members (
    id            {{text}} PRIMARY KEY,
    name          {{text}} NOT NULL,
    name_key      {{text}} NOT NULL UNIQUE,
    password_hash {{text}} NOT NULL,
    role          {{text}} NOT NULL,
    created_at    {{bigint}} NOT NULL,
    version       {{bigint}} NOT NULL
){{strict}};

CREATE TABLE bindings (
    id        {{text}} PRIMARY KEY,
    member_id {{text}} NOT NULL REFERENCES members (id),
    account   {{text}} NOT NULL,
    openid    {{text}} NOT NULL,
    unionid   {{text}} NOT NULL,
    nickname  {{text}} NOT NULL,
    bound_at  {{bigint}} NOT NULL,
    UNIQUE (account, openid),
    UNIQUE (member_id, account)
){{strict}};

CREATE TABLE bind_links (
    id           {{text}} PRIMARY KEY,
    token_hash   {{text}} NOT NULL UNIQUE,
    confirm_hash {{text}} NOT NULL,
    member_id    {{text}} NOT NULL REFERENCES members (id),
    session      {{text}} NOT NULL,
    account      {{text}} NOT NULL,
    status       {{text}} NOT NULL,
    openid       {{text}} NOT NULL,
    unionid      {{text}} NOT NULL,
    nickname     {{text}} NOT NULL,
    reason       {{text}} NOT NULL,
    version      {{bigint}} NOT NULL,
    created_at   {{bigint}} NOT NULL,
    expires_at   {{bigint}} NOT NULL
){{strict}};
CREATE UNIQUE INDEX bind_links_confirm ON bind_links (confirm_hash) WHERE confirm_hash <> '';
CREATE INDEX bind_links_session ON bind_links (session, created_at, id);
CREATE INDEX bind_links_expiry ON bind_links (expires_at);

-- Sign-in failures of those who guess; key is a hash of who or where.
CREATE TABLE failures (
    key   {{text}} PRIMARY KEY,
    count {{bigint}} NOT NULL,
    until {{bigint}} NOT NULL
){{clustered}};
CREATE INDEX failures_until ON failures (until);

CREATE TABLE sessions (
    token_hash {{text}} PRIMARY KEY,
    member_id  {{text}} NOT NULL,
    data       {{blob}} NOT NULL,
    expires_at {{bigint}} NOT NULL
){{strict}};
CREATE INDEX sessions_member ON sessions (member_id) WHERE member_id <> '';
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE sign_in_links (
    secret_hash {{text}} PRIMARY KEY,
    member_id   {{text}} NOT NULL,
    expires_at  {{bigint}} NOT NULL
){{clustered}};
CREATE INDEX sign_in_links_expiry ON sign_in_links (expires_at);

-- +goose Down
DROP TABLE sign_in_links;
DROP TABLE sessions;
DROP TABLE failures;
DROP TABLE bind_links;
DROP TABLE bindings;
DROP TABLE members;
