-- +goose Up
CREATE INDEX messages_recipient ON messages (recipient, id);
CREATE INDEX messages_created ON messages (created_at, id);

-- +goose Down
DROP INDEX messages_created;
DROP INDEX messages_recipient;
