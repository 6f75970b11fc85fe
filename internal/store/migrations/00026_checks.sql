-- +goose Up
-- Lists of departments that were compared with the register, and requests that a department answers: where they came
-- from and by what right, for good. The rows go when the list expires.
CREATE TABLE check_list (
  id {int} NOT NULL PRIMARY KEY, rule {text} NOT NULL, area {int} NOT NULL, account {int} NOT NULL, name {text} NOT NULL, sha256 {text} NOT NULL DEFAULT '',
  day {int} NOT NULL, basis {text} NOT NULL, created {int} NOT NULL, expires {int} NOT NULL, asked {int} NOT NULL DEFAULT 0, receiver {text} NOT NULL DEFAULT '',
  state {text} NOT NULL, job {int} NOT NULL DEFAULT 0, received {int} NOT NULL DEFAULT 0, matched {int} NOT NULL DEFAULT 0, leads {int} NOT NULL DEFAULT 0,
  unmatched {int} NOT NULL DEFAULT 0, ambiguous {int} NOT NULL DEFAULT 0, rejected {int} NOT NULL DEFAULT 0, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX check_list_expiry ON check_list (state, expires);
-- The rows of a list, sealed under the list's key, and what became of each.
CREATE TABLE check_row (
  list {int} NOT NULL, n {int} NOT NULL, body {bytes} NOT NULL, outcome {text} NOT NULL DEFAULT '', field {text} NOT NULL DEFAULT '', reason {text} NOT NULL DEFAULT '',
  PRIMARY KEY (list, n)
) {clustered};
CREATE INDEX check_row_outcome ON check_row (list, outcome, n);
-- Under which token a request named a person.
CREATE TABLE check_token (list {int} NOT NULL, token {bytes} NOT NULL, home {int} NOT NULL, person {int} NOT NULL, PRIMARY KEY (list, token)) {clustered};
CREATE INDEX check_token_person ON check_token (home, person);
-- Leads: what speaks against what the register says of a household or a member, for good. body holds what a list says
-- of the thing, sealed under the list's key, until the list expires.
CREATE TABLE check_lead (
  home {int} NOT NULL, id {int} NOT NULL, household {int} NOT NULL, subject_kind {text} NOT NULL, subject {int} NOT NULL, area {int} NOT NULL,
  rule {text} NOT NULL, effect {text} NOT NULL, class {small} NOT NULL, mark {bytes} NOT NULL, list {int} NOT NULL DEFAULT 0, day {int} NOT NULL,
  how {text} NOT NULL, probability {real} NOT NULL, body {bytes}, signs {text} NOT NULL DEFAULT '', found {int} NOT NULL, role {text} NOT NULL,
  owner {int} NOT NULL DEFAULT 0, due {int} NOT NULL, state {text} NOT NULL, explanation {text} NOT NULL DEFAULT '', evidence {text} NOT NULL DEFAULT '', act {text} NOT NULL DEFAULT '',
  judge {int} NOT NULL DEFAULT 0, judge_person {text} NOT NULL DEFAULT '', actor {int} NOT NULL DEFAULT 0, changed {int} NOT NULL, ver {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (home, id)
) {clustered};
CREATE UNIQUE INDEX check_lead_mark ON check_lead (home, rule, mark);
CREATE INDEX check_lead_id ON check_lead (id);
CREATE INDEX check_lead_area ON check_lead (area, id);
CREATE INDEX check_lead_owner ON check_lead (owner, state, due);
CREATE INDEX check_lead_list ON check_lead (list);
CREATE INDEX check_lead_household ON check_lead (household, state);
CREATE INDEX check_lead_subject ON check_lead (home, subject);
