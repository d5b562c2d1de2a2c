-- +goose Up
-- In which ways something may be told, was told, and was not told.
ALTER TABLE messages ADD COLUMN ways {{text}} NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN way {{text}} NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN skips {{text}} NOT NULL DEFAULT '';
ALTER TABLE rules ADD COLUMN ways {{text}} NOT NULL DEFAULT '';
ALTER TABLE campaigns ADD COLUMN ways {{text}} NOT NULL DEFAULT '';
ALTER TABLE campaign_deliveries ADD COLUMN skips {{text}} NOT NULL DEFAULT '';
ALTER TABLE templates ADD COLUMN params {{text}} NOT NULL DEFAULT '';

-- When a follower's profile was read; 0 for never, and below for the time, sign
-- changed, at which somebody set out to.
ALTER TABLE followers ADD COLUMN profiled_at {{bigint}} NOT NULL DEFAULT 0;
CREATE INDEX followers_unprofiled ON followers (account, openid) WHERE following = 1 AND profiled_at <= 0;
CREATE INDEX followers_left ON followers (account, openid) WHERE following = 0;
CREATE INDEX followers_refusing ON followers (account, openid) WHERE no_promotions = 1;

-- The tags of an account as they were at the last full read.
CREATE TABLE account_tags (
    account {{text}} NOT NULL,
    tag     {{bigint}} NOT NULL,
    name    {{text}} NOT NULL,
    people  {{bigint}} NOT NULL,
    PRIMARY KEY (account, tag)
){{clustered}};

-- How far a campaign was over time.
CREATE TABLE campaign_progress (
    campaign_no {{bigint}} NOT NULL,
    at          {{bigint}} NOT NULL,
    total       {{bigint}} NOT NULL,
    sent        {{bigint}} NOT NULL,
    failed      {{bigint}} NOT NULL,
    skipped     {{bigint}} NOT NULL,
    unknown     {{bigint}} NOT NULL,
    PRIMARY KEY (campaign_no, at)
){{clustered}};

-- +goose Down
DROP TABLE campaign_progress;
DROP TABLE account_tags;
DROP INDEX followers_refusing;
DROP INDEX followers_left;
DROP INDEX followers_unprofiled;
ALTER TABLE followers DROP COLUMN profiled_at;
ALTER TABLE templates DROP COLUMN params;
ALTER TABLE campaign_deliveries DROP COLUMN skips;
ALTER TABLE campaigns DROP COLUMN ways;
ALTER TABLE rules DROP COLUMN ways;
ALTER TABLE messages DROP COLUMN skips;
ALTER TABLE messages DROP COLUMN way;
ALTER TABLE messages DROP COLUMN ways;
