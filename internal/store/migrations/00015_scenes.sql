-- +goose Up
-- Bind links that are shown as parametric codes are found by the scene that comes back.
ALTER TABLE bind_links ADD COLUMN scene_hash {{text}} NOT NULL DEFAULT '';
CREATE UNIQUE INDEX bind_links_scene ON bind_links (scene_hash) WHERE scene_hash <> '';

-- +goose Down
DROP INDEX bind_links_scene;
ALTER TABLE bind_links DROP COLUMN scene_hash;
