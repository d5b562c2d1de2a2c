-- +goose Up
CREATE TABLE api_keys (
    id           {{text}} PRIMARY KEY,
    secret_hash  {{text}} NOT NULL UNIQUE,
    name         {{text}} NOT NULL,
    role         {{text}} NOT NULL,
    created_at   {{bigint}} NOT NULL,
    last_used_at {{bigint}} NOT NULL,
    revoked_at   {{bigint}} NOT NULL
){{strict}};

-- What nodes share about a platform: an access token and who renews it.
CREATE TABLE tokens (
    name        {{text}} PRIMARY KEY,
    data        {{blob}} NOT NULL,
    version     {{bigint}} NOT NULL,
    holder      {{text}} NOT NULL,
    lease_until {{bigint}} NOT NULL
){{strict}};

CREATE TABLE idempotency (
    api_key      {{text}} NOT NULL,
    method       {{text}} NOT NULL,
    path         {{text}} NOT NULL,
    key          {{text}} NOT NULL,
    request_hash {{text}} NOT NULL,
    status       {{bigint}} NOT NULL,
    header       {{text}} NOT NULL,
    body         {{blob}} NOT NULL,
    at           {{bigint}} NOT NULL,
    PRIMARY KEY (api_key, method, path, key)
){{strict}};
CREATE INDEX idempotency_at ON idempotency (at);

-- +goose Down
DROP TABLE idempotency;
DROP TABLE tokens;
DROP TABLE api_keys;
