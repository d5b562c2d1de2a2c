-- +goose Up
-- What people asked not to be told beside promotions, in which ways they want
-- nothing, and what an order needs, which is told all the same.
ALTER TABLE followers ADD COLUMN no_notices {{bigint}} NOT NULL DEFAULT 0;
ALTER TABLE followers ADD COLUMN without {{text}} NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN needed {{bigint}} NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE messages DROP COLUMN needed;
ALTER TABLE followers DROP COLUMN without;
ALTER TABLE followers DROP COLUMN no_notices;
