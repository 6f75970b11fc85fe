-- +goose Up
-- Acts that need a second person: asked for by one, agreed to by another, done once. what is the act in full, as JSON
-- without personal values; approvals belong to an area's people.
CREATE TABLE approval (
  id {int} NOT NULL PRIMARY KEY, kind {text} NOT NULL, state {text} NOT NULL, area {int} NOT NULL, lo {int} NOT NULL, hi {int} NOT NULL,
  subject {text} NOT NULL, what {text} NOT NULL, concerns {text} NOT NULL, title {text} NOT NULL, reason {text} NOT NULL,
  account {int} NOT NULL, person {text} NOT NULL, asked {int} NOT NULL, expires {int} NOT NULL,
  decided_by {int}, decided_person {text}, decided {int}, comment {text} NOT NULL DEFAULT '', used {int}, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX approval_kind_state ON approval (kind, state, id);
CREATE INDEX approval_account ON approval (account, id);

-- Leads for reviewers outside the chain: what a rule noticed about an account, once a day and subject, counted.
CREATE TABLE alert (
  id {int} NOT NULL PRIMARY KEY, rule {text} NOT NULL, state {text} NOT NULL, account {int} NOT NULL, person {text} NOT NULL, area {int} NOT NULL,
  subject {int} NOT NULL, day {int} NOT NULL, n {int} NOT NULL, first {int} NOT NULL, last {int} NOT NULL, detail {text} NOT NULL,
  decided_by {int}, decided {int}, comment {text} NOT NULL DEFAULT '', ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE UNIQUE INDEX alert_once ON alert (rule, account, subject, day);
CREATE INDEX alert_state ON alert (state, area, id);
-- Refused readings by account and minute: the first is an event of its own, the others are counted.
CREATE TABLE denial (account {int} NOT NULL, minute {int} NOT NULL, n {int} NOT NULL, PRIMARY KEY (account, minute)) {clustered};
-- One secret field of one record, shown for a quarter of an hour to who said why.
CREATE TABLE unmasking (
  id {int} NOT NULL PRIMARY KEY, account {int} NOT NULL, person {text} NOT NULL, home {int} NOT NULL, area {int} NOT NULL,
  subject_kind {text} NOT NULL, subject {int} NOT NULL, field {text} NOT NULL, reason {text} NOT NULL, at {int} NOT NULL, ends {int} NOT NULL
) {strict};
CREATE INDEX unmasking_person ON unmasking (person, at);
-- The second factor of an account: the secret sealed under the account's data key, and the last time step that was
-- used, so that a code serves once. Recovery codes are kept by their hash.
CREATE TABLE account_factor (
  account {int} NOT NULL PRIMARY KEY REFERENCES account (id), state {text} NOT NULL, secret {bytes} NOT NULL, step {int} NOT NULL, made {int} NOT NULL
) {strict};
CREATE TABLE account_recovery (
  account {int} NOT NULL REFERENCES account (id), code {bytes} NOT NULL, PRIMARY KEY (account, code)
) {clustered};
-- Who answers for which household, from day to day. subject is a household; person the human being, whatever the login.
CREATE TABLE assignment (
  id {int} NOT NULL PRIMARY KEY, home {int} NOT NULL, household {int} NOT NULL, area {int} NOT NULL, person {text} NOT NULL,
  from_day {int} NOT NULL, to_day {int}, made_by {int} NOT NULL, made {int} NOT NULL
) {strict};
CREATE INDEX assignment_person ON assignment (person, from_day);
CREATE INDEX assignment_household ON assignment (home, household);
-- A grant that reaches assigned households only.
ALTER TABLE account_grant ADD COLUMN assigned {small} NOT NULL DEFAULT 0;
-- An inspection lets an office above the county look into single households, under a case and until a day.
CREATE TABLE inspection (
  id {int} NOT NULL PRIMARY KEY, account {int} NOT NULL, area {int} NOT NULL, lo {int} NOT NULL, hi {int} NOT NULL,
  matter {text} NOT NULL, from_day {int} NOT NULL, to_day {int} NOT NULL, opened {int} NOT NULL
) {strict};
CREATE INDEX inspection_account ON inspection (account, to_day);
-- What people have declared as their own household and kin.
CREATE TABLE own_declared (
  person {text} NOT NULL, home {int} NOT NULL, subject_kind {text} NOT NULL, subject {int} NOT NULL, relation {text} NOT NULL, declared {int} NOT NULL, declared_by {int} NOT NULL,
  PRIMARY KEY (person, subject)
) {clustered};
