-- +goose Up
CREATE TABLE account (
  id {int} NOT NULL PRIMARY KEY, login {text} NOT NULL, name {text} NOT NULL, person {text} NOT NULL,
  state {text} NOT NULL, password {text} NOT NULL, activation {bytes}, activation_ends {int},
  lang {text} NOT NULL, theme {text} NOT NULL, demo {small} NOT NULL DEFAULT 0,
  created {int} NOT NULL, created_by {int} NOT NULL, last_login {int}, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE UNIQUE INDEX account_login ON account (login);
CREATE UNIQUE INDEX account_activation ON account (activation);
CREATE TABLE account_grant (
  account {int} NOT NULL REFERENCES account (id), role {text} NOT NULL, area {int} NOT NULL, lo {int} NOT NULL, hi {int} NOT NULL,
  from_day {int} NOT NULL, to_day {int}, granted_by {int} NOT NULL, granted {int} NOT NULL,
  PRIMARY KEY (account, role, area, from_day)
) {clustered};
CREATE TABLE session (
  token {bytes} NOT NULL PRIMARY KEY, account {int} NOT NULL, data {bytes} NOT NULL, expires {int} NOT NULL
) {strict};
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires ON session (expires);
CREATE TABLE api_token (
  token {bytes} NOT NULL PRIMARY KEY, account {int} NOT NULL REFERENCES account (id), label {text} NOT NULL, created {int} NOT NULL, expires {int} NOT NULL
) {strict};
CREATE INDEX api_token_account ON api_token (account);
CREATE TABLE throttle (bucket {bytes} NOT NULL PRIMARY KEY, count {int} NOT NULL, since {int} NOT NULL, until {int} NOT NULL) {strict};
-- Answers of the API kept under the caller's Idempotency-Key.
CREATE TABLE idempotency (
  account {int} NOT NULL, key {text} NOT NULL, request {bytes} NOT NULL, status {small} NOT NULL, header {text} NOT NULL, body {bytes} NOT NULL, at {int} NOT NULL,
  PRIMARY KEY (account, key)
) {clustered};
CREATE INDEX idempotency_at ON idempotency (at);
-- Area files that wait to be checked and loaded, in pieces.
CREATE TABLE area_file (id {int} NOT NULL, n {int} NOT NULL, at {int} NOT NULL, body {bytes} NOT NULL, PRIMARY KEY (id, n)) {strict};
-- The journal is read by time, newest first.
CREATE INDEX event_at ON event (at, home, id);
