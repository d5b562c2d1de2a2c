-- +goose Up
-- Who made a key: "member:mem_...", or empty where nobody said so. The trail knows it of those that were made in the console.
ALTER TABLE api_keys ADD COLUMN made_by {{text}} NOT NULL DEFAULT '';
UPDATE api_keys SET made_by = coalesce((SELECT max(audit.actor) FROM audit
    WHERE audit.object = api_keys.id AND audit.action = 'key.create' AND audit.actor LIKE 'member:%'), '');

-- +goose Down
ALTER TABLE api_keys DROP COLUMN made_by;
