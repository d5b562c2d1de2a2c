-- +goose Up
-- What is looked for when somebody leaves.
CREATE INDEX bind_links_member ON bind_links (member_id);
CREATE INDEX sign_in_links_member ON sign_in_links (member_id);

-- +goose Down
DROP INDEX sign_in_links_member;
DROP INDEX bind_links_member;
