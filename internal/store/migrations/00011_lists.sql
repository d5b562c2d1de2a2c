-- +goose Up
CREATE INDEX notices_account ON notices (account, id);

-- +goose Down
DROP INDEX notices_account;
