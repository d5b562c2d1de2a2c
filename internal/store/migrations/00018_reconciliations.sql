-- +goose Up
CREATE TABLE reconciliations (
    id              {{text}} PRIMARY KEY,
    account         {{text}} NOT NULL,
    day             {{text}} NOT NULL,
    status          {{text}} NOT NULL,
    run             {{bigint}} NOT NULL,
    stage           {{text}} NOT NULL,
    cursor          {{text}} NOT NULL,
    lines           {{bigint}} NOT NULL,
    bill_trades     {{bigint}} NOT NULL,
    bill_gross      {{bigint}} NOT NULL,
    bill_refunds    {{bigint}} NOT NULL,
    bill_refunded   {{bigint}} NOT NULL,
    bill_fees       {{bigint}} NOT NULL,
    bill_net        {{bigint}} NOT NULL,
    ledger_trades   {{bigint}} NOT NULL,
    ledger_gross    {{bigint}} NOT NULL,
    ledger_refunds  {{bigint}} NOT NULL,
    ledger_refunded {{bigint}} NOT NULL,
    ledger_fees     {{bigint}} NOT NULL,
    ledger_net      {{bigint}} NOT NULL,
    found           {{bigint}} NOT NULL,
    failure         {{text}} NOT NULL,
    tries           {{bigint}} NOT NULL,
    due_at          {{bigint}} NOT NULL,
    version         {{bigint}} NOT NULL,
    created_at      {{bigint}} NOT NULL,
    started_at      {{bigint}} NOT NULL,
    finished_at     {{bigint}} NOT NULL,
    open            {{bigint}} NOT NULL DEFAULT 0,
    holder          {{text}} NOT NULL DEFAULT '',
    lease_until     {{bigint}} NOT NULL DEFAULT 0,
    UNIQUE (account, day)
){{strict}};
CREATE INDEX reconciliations_day ON reconciliations (day, id);
CREATE INDEX reconciliations_due ON reconciliations (due_at) WHERE due_at > 0;

-- What the platform's bill of a day says, line by line. Lines that the bill
-- has twice differ by their place alone.
CREATE TABLE bill_lines (
    reconciliation_id {{text}} NOT NULL,
    number            {{text}} NOT NULL,
    kind              {{text}} NOT NULL,
    request_no        {{text}} NOT NULL,
    line              {{bigint}} NOT NULL,
    trade_no          {{text}} NOT NULL,
    amount            {{bigint}} NOT NULL,
    received          {{bigint}} NOT NULL,
    fee               {{bigint}} NOT NULL,
    at                {{bigint}} NOT NULL,
    PRIMARY KEY (reconciliation_id, number, kind, request_no, line)
){{clustered}};

CREATE TABLE differences (
    id                {{text}} PRIMARY KEY,
    reconciliation_id {{text}} NOT NULL REFERENCES reconciliations (id),
    account           {{text}} NOT NULL,
    day               {{text}} NOT NULL,
    number            {{text}} NOT NULL,
    of_kind           {{text}} NOT NULL,
    request_no        {{text}} NOT NULL,
    kind              {{text}} NOT NULL,
    state             {{text}} NOT NULL,
    suggested         {{text}} NOT NULL,
    order_id          {{text}} NOT NULL,
    payment_id        {{text}} NOT NULL,
    refund_id         {{text}} NOT NULL,
    trade_no          {{text}} NOT NULL,
    ledger_state      {{text}} NOT NULL,
    ledger_amount     {{bigint}} NOT NULL,
    bill_amount       {{bigint}} NOT NULL,
    bill_fee          {{bigint}} NOT NULL,
    agreed_fee        {{bigint}} NOT NULL,
    owner             {{text}} NOT NULL,
    note              {{text}} NOT NULL,
    run               {{bigint}} NOT NULL,
    asks              {{bigint}} NOT NULL,
    ask_at            {{bigint}} NOT NULL,
    version           {{bigint}} NOT NULL,
    found_at          {{bigint}} NOT NULL,
    closed_at         {{bigint}} NOT NULL,
    UNIQUE (reconciliation_id, number, of_kind, request_no, kind)
){{strict}};
CREATE INDEX differences_page ON differences (reconciliation_id, id);
CREATE INDEX differences_state ON differences (state, id);
CREATE INDEX differences_open ON differences (account, day, id) WHERE state = 'open';
CREATE INDEX differences_order ON differences (order_id, id) WHERE order_id <> '';
CREATE INDEX differences_ask ON differences (ask_at) WHERE ask_at > 0;

CREATE TABLE difference_steps (
    difference_id {{text}} NOT NULL,
    id            {{text}} NOT NULL,
    at            {{bigint}} NOT NULL,
    actor         {{text}} NOT NULL,
    what          {{text}} NOT NULL,
    note          {{text}} NOT NULL,
    PRIMARY KEY (difference_id, id)
){{clustered}};

-- What succeeded on a day.
CREATE INDEX payments_paid ON payments (account, paid_at, id) WHERE paid_at > 0;
CREATE INDEX refunds_done ON refunds (status, done_at, id);

-- +goose Down
DROP INDEX refunds_done;
DROP INDEX payments_paid;
DROP TABLE difference_steps;
DROP TABLE differences;
DROP TABLE bill_lines;
DROP TABLE reconciliations;
