-- +goose Up
-- Every number that was ever given to an order or a payment, so that no two
-- orders can meet in one: a payment's number may look like an order's.
CREATE TABLE numbers (
    number   {{text}} PRIMARY KEY,
    order_id {{text}} NOT NULL
){{clustered}};

CREATE TABLE orders (
    id         {{text}} PRIMARY KEY,
    number     {{text}} NOT NULL UNIQUE,
    amount     {{bigint}} NOT NULL CHECK (amount > 0),
    subject    {{text}} NOT NULL,
    status     {{text}} NOT NULL,
    member_id  {{text}} NOT NULL,
    return_url {{text}} NOT NULL,
    metadata   {{text}} NOT NULL,
    digest     {{text}} NOT NULL,
    attempts   {{bigint}} NOT NULL,
    version    {{bigint}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    expires_at {{bigint}} NOT NULL,
    close_at   {{bigint}} NOT NULL,
    paid_at    {{bigint}} NOT NULL,
    closed_at  {{bigint}} NOT NULL
){{strict}};
CREATE INDEX orders_member ON orders (member_id, id) WHERE member_id <> '';
CREATE INDEX orders_status ON orders (status, id);
CREATE INDEX orders_close ON orders (status, close_at) WHERE status = 'pending';

CREATE TABLE payments (
    id            {{text}} PRIMARY KEY,
    order_id      {{text}} NOT NULL REFERENCES orders (id),
    number        {{text}} NOT NULL UNIQUE,
    channel       {{text}} NOT NULL,
    account       {{text}} NOT NULL,
    amount        {{bigint}} NOT NULL CHECK (amount > 0),
    status        {{text}} NOT NULL,
    trade_no      {{text}} NOT NULL,
    buyer         {{text}} NOT NULL,
    paid_amount   {{bigint}} NOT NULL,
    settles       {{bigint}} NOT NULL,
    surplus       {{text}} NOT NULL,
    queries       {{bigint}} NOT NULL,
    next_query_at {{bigint}} NOT NULL,
    version       {{bigint}} NOT NULL,
    created_at    {{bigint}} NOT NULL,
    expires_at    {{bigint}} NOT NULL,
    paid_at       {{bigint}} NOT NULL,
    closed_at     {{bigint}} NOT NULL
){{strict}};
CREATE INDEX payments_order ON payments (order_id, id);
CREATE UNIQUE INDEX payments_settles ON payments (order_id) WHERE settles = 1;
CREATE INDEX payments_query ON payments (next_query_at) WHERE next_query_at > 0;
CREATE INDEX payments_surplus ON payments (id) WHERE surplus <> '';

CREATE TABLE notices (
    id          {{text}} PRIMARY KEY,
    account     {{text}} NOT NULL,
    body        {{blob}} NOT NULL,
    header      {{text}} NOT NULL,
    remote      {{text}} NOT NULL,
    body_hash   {{text}} NOT NULL,
    verdict     {{text}} NOT NULL,
    reason      {{text}} NOT NULL,
    payment_id  {{text}} NOT NULL,
    number      {{text}} NOT NULL,
    ask_at      {{bigint}} NOT NULL,
    finding     {{text}} NOT NULL,
    deliveries  {{bigint}} NOT NULL,
    received_at {{bigint}} NOT NULL,
    last_at     {{bigint}} NOT NULL,
    UNIQUE (account, body_hash)
){{strict}};
CREATE INDEX notices_ask ON notices (ask_at) WHERE ask_at > 0;
CREATE INDEX notices_payment ON notices (payment_id, id) WHERE payment_id <> '';

-- Forged notices: a count for each account and hour, and a bounded sample.
CREATE TABLE forged_counts (
    account {{text}} NOT NULL,
    hour    {{bigint}} NOT NULL,
    count   {{bigint}} NOT NULL,
    PRIMARY KEY (account, hour)
){{clustered}};

CREATE TABLE forged_samples (
    id      {{text}} PRIMARY KEY,
    account {{text}} NOT NULL,
    body    {{blob}} NOT NULL,
    remote  {{text}} NOT NULL,
    reason  {{text}} NOT NULL,
    at      {{bigint}} NOT NULL
){{strict}};

-- +goose Down
DROP TABLE forged_samples;
DROP TABLE forged_counts;
DROP TABLE notices;
DROP TABLE payments;
DROP TABLE orders;
DROP TABLE numbers;
