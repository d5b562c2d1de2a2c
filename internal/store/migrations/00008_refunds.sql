-- +goose Up
ALTER TABLE payments ADD COLUMN surplus_state {{text}} NOT NULL DEFAULT '';
ALTER TABLE payments ADD COLUMN act_at {{bigint}} NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN reserved {{bigint}} NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN refunded {{bigint}} NOT NULL DEFAULT 0;
CREATE INDEX payments_act ON payments (act_at) WHERE act_at > 0;
CREATE INDEX payments_surplus_state ON payments (surplus_state, id) WHERE surplus_state <> '';

CREATE TABLE refunds (
    id           {{text}} PRIMARY KEY,
    order_id     {{text}} NOT NULL REFERENCES orders (id),
    payment_id   {{text}} NOT NULL REFERENCES payments (id),
    request_no   {{text}} NOT NULL,
    amount       {{bigint}} NOT NULL CHECK (amount > 0),
    reason       {{text}} NOT NULL,
    status       {{text}} NOT NULL,
    automatic    {{bigint}} NOT NULL,
    requested_by {{text}} NOT NULL,
    decided_by   {{text}} NOT NULL,
    failure      {{text}} NOT NULL,
    tries        {{bigint}} NOT NULL,
    next_at      {{bigint}} NOT NULL,
    version      {{bigint}} NOT NULL,
    created_at   {{bigint}} NOT NULL,
    done_at      {{bigint}} NOT NULL,
    UNIQUE (payment_id, request_no)
){{strict}};
CREATE INDEX refunds_order ON refunds (order_id, id);
CREATE INDEX refunds_status ON refunds (status, id);
CREATE INDEX refunds_next ON refunds (next_at) WHERE next_at > 0;
CREATE INDEX refunds_automatic ON refunds (created_at) WHERE automatic = 1;

-- What a transaction locks to have others wait; one row each.
CREATE TABLE turnstiles (
    name  {{text}} PRIMARY KEY,
    count {{bigint}} NOT NULL
){{clustered}};

-- +goose Down
DROP TABLE turnstiles;
DROP TABLE refunds;
DROP INDEX payments_surplus_state;
DROP INDEX payments_act;
ALTER TABLE payments DROP COLUMN refunded;
ALTER TABLE payments DROP COLUMN reserved;
ALTER TABLE payments DROP COLUMN act_at;
ALTER TABLE payments DROP COLUMN surplus_state;
