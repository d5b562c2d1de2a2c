-- +goose Up
-- The oldest schema whose programs may still work on this database. A program
-- that knows less than that does not start; a migration that takes something
-- away raises it.
CREATE TABLE schema_floor (
    one    {{bigint}} PRIMARY KEY CHECK (one = 1),
    oldest {{bigint}} NOT NULL
){{strict}};
INSERT INTO schema_floor (one, oldest) VALUES (1, 0);

-- +goose Down
DROP TABLE schema_floor;
