-- +goose Up
CREATE TABLE webhook_endpoints (
    id              {{text}} PRIMARY KEY,
    url             {{text}} NOT NULL,
    description     {{text}} NOT NULL,
    types           {{text}} NOT NULL,
    sealed          {{blob}} NOT NULL,
    enabled         {{bigint}} NOT NULL,
    disabled_reason {{text}} NOT NULL,
    failing_since   {{bigint}} NOT NULL,
    version         {{bigint}} NOT NULL,
    created_at      {{bigint}} NOT NULL,
    deleted_at      {{bigint}} NOT NULL
){{strict}};
CREATE INDEX webhook_endpoints_alive ON webhook_endpoints (id) WHERE deleted_at = 0;

-- next_at is business time; leased_until is real time, as every lease.
CREATE TABLE webhook_deliveries (
    id            {{text}} PRIMARY KEY,
    endpoint_id   {{text}} NOT NULL,
    event_id      {{text}} NOT NULL,
    type          {{text}} NOT NULL,
    body          {{text}} NOT NULL,
    status        {{text}} NOT NULL,
    attempts      {{bigint}} NOT NULL,
    tries         {{bigint}} NOT NULL,
    next_at       {{bigint}} NOT NULL,
    leased_until  {{bigint}} NOT NULL,
    failing_since {{bigint}} NOT NULL,
    give_up_at    {{bigint}} NOT NULL,
    version       {{bigint}} NOT NULL,
    created_at    {{bigint}} NOT NULL,
    done_at       {{bigint}} NOT NULL,
    UNIQUE (event_id, endpoint_id)
){{strict}};
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE next_at > 0;
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_lost ON webhook_deliveries (endpoint_id, status, id) WHERE status IN ('failed', 'skipped');

CREATE TABLE webhook_attempts (
    id          {{text}} PRIMARY KEY,
    delivery_id {{text}} NOT NULL,
    endpoint_id {{text}} NOT NULL,
    number      {{bigint}} NOT NULL,
    http_status {{bigint}} NOT NULL,
    response    {{text}} NOT NULL,
    error       {{text}} NOT NULL,
    at          {{bigint}} NOT NULL,
    signed_at   {{bigint}} NOT NULL,
    took        {{bigint}} NOT NULL
){{strict}};
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (delivery_id, id);
CREATE INDEX webhook_attempts_endpoint ON webhook_attempts (endpoint_id, id);

-- +goose Down
DROP TABLE webhook_attempts;
DROP TABLE webhook_deliveries;
DROP TABLE webhook_endpoints;
