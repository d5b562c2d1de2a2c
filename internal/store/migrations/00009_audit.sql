-- +goose Up
-- Who changed what. Rows are added and read, nothing else.
CREATE TABLE audit (
    id         {{text}} PRIMARY KEY,
    at         {{bigint}} NOT NULL,
    actor      {{text}} NOT NULL,
    action     {{text}} NOT NULL,
    object     {{text}} NOT NULL,
    request_id {{text}} NOT NULL,
    was        {{text}} NOT NULL,
    became     {{text}} NOT NULL
){{strict}};
CREATE INDEX audit_object ON audit (object, id);
CREATE INDEX audit_actor ON audit (actor, id);

-- What the console looks for.
CREATE INDEX orders_created ON orders (created_at, id);
CREATE INDEX payments_trade ON payments (trade_no) WHERE trade_no <> '';
CREATE INDEX notices_verdict ON notices (verdict, id) WHERE verdict <> 'settled';
CREATE INDEX notices_stranger ON notices (number, id) WHERE payment_id = '';
CREATE INDEX messages_status ON messages (status, id) WHERE status <> 'sent';
CREATE INDEX members_admins ON members (id) WHERE role = 'admin';
CREATE INDEX bindings_account ON bindings (account, id);

-- +goose Down
DROP INDEX bindings_account;
DROP INDEX members_admins;
DROP INDEX messages_status;
DROP INDEX notices_stranger;
DROP INDEX notices_verdict;
DROP INDEX payments_trade;
DROP INDEX orders_created;
DROP TABLE audit;
