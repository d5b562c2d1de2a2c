-- +goose Up
-- When people were told promotions, newest first, in minutes since 1970 of
-- eight digits each; and how many a campaign tells one person within some days.
ALTER TABLE followers ADD COLUMN promotions {{text}} NOT NULL DEFAULT '';
ALTER TABLE campaigns ADD COLUMN cap_most {{bigint}} NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN cap_days {{bigint}} NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE campaigns DROP COLUMN cap_days;
ALTER TABLE campaigns DROP COLUMN cap_most;
ALTER TABLE followers DROP COLUMN promotions;
