-- +goose Up
-- Templates of ours; a version is never changed, a change is a new version.
CREATE TABLE templates (
    name       {{text}} NOT NULL,
    version    {{bigint}} NOT NULL,
    zh         {{text}} NOT NULL,
    en         {{text}} NOT NULL,
    layouts    {{text}} NOT NULL,
    sample     {{text}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    PRIMARY KEY (name, version)
){{clustered}};

CREATE TABLE rules (
    id         {{text}} PRIMARY KEY,
    event      {{text}} NOT NULL,
    template   {{text}} NOT NULL,
    vals       {{text}} NOT NULL,
    link       {{text}} NOT NULL,
    enabled    {{bigint}} NOT NULL,
    version    {{bigint}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    deleted_at {{bigint}} NOT NULL
){{strict}};
CREATE INDEX rules_live ON rules (id) WHERE deleted_at = 0;
INSERT INTO rules VALUES ('rul_receipt', 'order.paid', 'receipt',
    '{"amount":"amount|yuan","number":"out_trade_no","subject":"subject","time":"paid_at|time"}', '/pay/{id}', 1, 1, 0, 0);

-- People who follow, or followed, an account, as far as it told us.
CREATE TABLE followers (
    account       {{text}} NOT NULL,
    openid        {{text}} NOT NULL,
    following     {{bigint}} NOT NULL,
    unionid       {{text}} NOT NULL,
    followed_at   {{bigint}} NOT NULL,
    left_at       {{bigint}} NOT NULL,
    last_in       {{bigint}} NOT NULL,
    typed_until   {{bigint}} NOT NULL,
    typed_left    {{bigint}} NOT NULL,
    brief_until   {{bigint}} NOT NULL,
    brief_left    {{bigint}} NOT NULL,
    no_promotions {{bigint}} NOT NULL,
    promoted_at   {{bigint}} NOT NULL,
    mass_month    {{bigint}} NOT NULL,
    mass_count    {{bigint}} NOT NULL,
    round         {{bigint}} NOT NULL,
    PRIMARY KEY (account, openid)
){{clustered}};

CREATE TABLE follower_tags (
    account {{text}} NOT NULL,
    tag     {{bigint}} NOT NULL,
    openid  {{text}} NOT NULL,
    round   {{bigint}} NOT NULL,
    PRIMARY KEY (account, tag, openid)
){{clustered}};

-- One row for each account: how far the mirror of its followers got. The tag
-- is the one whose members are being read; -1 while it is everybody's turn.
CREATE TABLE follower_syncs (
    account     {{text}} PRIMARY KEY,
    round       {{bigint}} NOT NULL,
    tag         {{bigint}} NOT NULL,
    cursor      {{text}} NOT NULL,
    found       {{bigint}} NOT NULL,
    total       {{bigint}} NOT NULL,
    due_at      {{bigint}} NOT NULL,
    began_at    {{bigint}} NOT NULL,
    ended_at    {{bigint}} NOT NULL,
    error       {{text}} NOT NULL,
    holder      {{text}} NOT NULL,
    lease_until {{bigint}} NOT NULL
){{clustered}};

-- What a platform reported of a message after it took it.
CREATE TABLE message_reports (
    account     {{text}} NOT NULL,
    platform_id {{text}} NOT NULL,
    status      {{text}} NOT NULL,
    at          {{bigint}} NOT NULL,
    PRIMARY KEY (account, platform_id)
){{clustered}};
CREATE INDEX message_reports_at ON message_reports (at);

CREATE TABLE campaigns (
    id               {{text}} PRIMARY KEY,
    no               {{bigint}} NOT NULL UNIQUE,
    title            {{text}} NOT NULL,
    kind             {{text}} NOT NULL,
    account          {{text}} NOT NULL,
    audience         {{text}} NOT NULL,
    template         {{text}} NOT NULL,
    template_version {{bigint}} NOT NULL,
    vals             {{text}} NOT NULL,
    text             {{text}} NOT NULL,
    link             {{text}} NOT NULL,
    rate             {{bigint}} NOT NULL,
    start_at         {{bigint}} NOT NULL,
    if_missed        {{text}} NOT NULL,
    quiet_from       {{bigint}} NOT NULL,
    quiet_to         {{bigint}} NOT NULL,
    gap              {{bigint}} NOT NULL,
    status           {{text}} NOT NULL,
    hold_until       {{bigint}} NOT NULL,
    hold_reason      {{text}} NOT NULL,
    version          {{bigint}} NOT NULL,
    created_at       {{bigint}} NOT NULL,
    started_at       {{bigint}} NOT NULL,
    done_at          {{bigint}} NOT NULL
){{strict}};
CREATE INDEX campaigns_due ON campaigns (start_at) WHERE status = 'scheduled';
CREATE INDEX campaigns_status ON campaigns (status, no);

-- How far a campaign's audience is frozen.
CREATE TABLE campaign_plans (
    campaign_no {{bigint}} PRIMARY KEY,
    cursor      {{text}} NOT NULL,
    total       {{bigint}} NOT NULL,
    chunks      {{bigint}} NOT NULL,
    open        {{bigint}} NOT NULL,
    holder      {{text}} NOT NULL,
    lease_until {{bigint}} NOT NULL
){{clustered}};
CREATE INDEX campaign_plans_open ON campaign_plans (campaign_no) WHERE open = 1;

-- An audience that was uploaded.
CREATE TABLE campaign_people (
    campaign_no {{bigint}} NOT NULL,
    openid      {{text}} NOT NULL,
    PRIMARY KEY (campaign_no, openid)
){{clustered}};

-- Some hundreds of recipients that one worker at a time sends to: the numbers
-- from first on, as many as size. Zero in due_at says that all are final.
CREATE TABLE campaign_chunks (
    campaign_no {{bigint}} NOT NULL,
    first       {{bigint}} NOT NULL,
    size        {{bigint}} NOT NULL,
    due_at      {{bigint}} NOT NULL,
    holder      {{text}} NOT NULL,
    lease_until {{bigint}} NOT NULL,
    sent        {{bigint}} NOT NULL,
    failed      {{bigint}} NOT NULL,
    skipped     {{bigint}} NOT NULL,
    unknown     {{bigint}} NOT NULL,
    PRIMARY KEY (campaign_no, first)
){{clustered}};
CREATE INDEX campaign_chunks_due ON campaign_chunks (due_at) WHERE due_at > 0;
CREATE INDEX campaign_chunks_open ON campaign_chunks (campaign_no) WHERE due_at > 0;

CREATE TABLE campaign_deliveries (
    campaign_no  {{bigint}} NOT NULL,
    n            {{bigint}} NOT NULL,
    recipient    {{text}} NOT NULL,
    status       {{text}} NOT NULL,
    way          {{text}} NOT NULL,
    code         {{text}} NOT NULL,
    detail       {{text}} NOT NULL,
    platform_id  {{text}} NOT NULL,
    attempts     {{bigint}} NOT NULL,
    first_try_at {{bigint}} NOT NULL,
    due_at       {{bigint}} NOT NULL,
    done_at      {{bigint}} NOT NULL,
    PRIMARY KEY (campaign_no, n),
    UNIQUE (campaign_no, recipient)
){{clustered}};

-- When the next message may leave, by what is limited; real time.
CREATE TABLE send_limits (
    name    {{text}} PRIMARY KEY,
    next_at {{bigint}} NOT NULL
){{clustered}};

-- How many calls of campaigns a platform took on a day in Shanghai.
CREATE TABLE send_days (
    account {{text}} NOT NULL,
    way     {{text}} NOT NULL,
    day     {{bigint}} NOT NULL,
    calls   {{bigint}} NOT NULL,
    PRIMARY KEY (account, way, day)
){{clustered}};

-- +goose Down
DROP TABLE send_days;
DROP TABLE send_limits;
DROP TABLE campaign_deliveries;
DROP TABLE campaign_chunks;
DROP TABLE campaign_people;
DROP TABLE campaign_plans;
DROP TABLE campaigns;
DROP TABLE message_reports;
DROP TABLE follower_syncs;
DROP TABLE follower_tags;
DROP TABLE followers;
DROP TABLE rules;
DROP TABLE templates;
