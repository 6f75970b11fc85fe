-- +goose Up
-- Matters on their way to a decision. pack is the hash of the pack whose definition holds for the case for good; waits
-- are the roles that can take it further, each between commas; due is the day of the nearest term, 0 for none.
CREATE TABLE case_file (
  home {int} NOT NULL, id {int} NOT NULL, code {text} NOT NULL, kind {text} NOT NULL, pack {text} NOT NULL, area {int} NOT NULL, household {int} NOT NULL,
  state {text} NOT NULL, since {int} NOT NULL, opened {int} NOT NULL, account {int} NOT NULL, holder {text} NOT NULL, ended {int} NOT NULL DEFAULT 0,
  waits {text} NOT NULL, due {int} NOT NULL DEFAULT 0, notice {int} NOT NULL DEFAULT 0, sitting {int} NOT NULL DEFAULT 0, rounds {int} NOT NULL DEFAULT 0,
  ver {int} NOT NULL DEFAULT 1, PRIMARY KEY (home, id)
) {clustered};
CREATE INDEX case_file_inbox ON case_file (ended, due, id);
CREATE INDEX case_file_household ON case_file (home, household);
CREATE INDEX case_file_place ON case_file (area, code, state);
-- What was done in a case, in its order. An act that waits for a second person leads nowhere yet (to_state is empty).
CREATE TABLE case_act (
  home {int} NOT NULL, case_id {int} NOT NULL, n {int} NOT NULL, transition {text} NOT NULL, from_state {text} NOT NULL, to_state {text} NOT NULL,
  account {int} NOT NULL, holder {text} NOT NULL, role {text} NOT NULL, reason {text} NOT NULL, body {bytes}, at {int} NOT NULL,
  PRIMARY KEY (home, case_id, n)
) {clustered};
-- Terms of a case, in days; 0 stands for not yet.
CREATE TABLE case_clock (
  home {int} NOT NULL, case_id {int} NOT NULL, code {text} NOT NULL, started {int} NOT NULL, amber {int} NOT NULL, red {int} NOT NULL,
  paused {int} NOT NULL DEFAULT 0, stopped {int} NOT NULL DEFAULT 0, escalated {int} NOT NULL DEFAULT 0, PRIMARY KEY (home, case_id, code)
) {clustered};
CREATE INDEX case_clock_red ON case_clock (stopped, escalated, red);
-- Meetings, and what each said of each case.
CREATE TABLE sitting (
  id {int} NOT NULL PRIMARY KEY, area {int} NOT NULL, pack {text} NOT NULL, code {text} NOT NULL, meeting {text} NOT NULL, day {int} NOT NULL, state {text} NOT NULL,
  eligible {int} NOT NULL DEFAULT 0, present {int} NOT NULL DEFAULT 0, minutes {bytes}, account {int} NOT NULL, holder {text} NOT NULL, at {int} NOT NULL, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX sitting_area ON sitting (area, id);
CREATE TABLE sitting_line (
  home {int} NOT NULL, case_id {int} NOT NULL, sitting {int} NOT NULL, votes_for {int} NOT NULL DEFAULT 0, votes_against {int} NOT NULL DEFAULT 0, votes_abstain {int} NOT NULL DEFAULT 0,
  result {text} NOT NULL DEFAULT '', PRIMARY KEY (home, case_id, sitting)
) {clustered};
CREATE INDEX sitting_line_sitting ON sitting_line (sitting, case_id);
-- Lists on a board. The term runs from the day of the photo of the board; until then opened is 0.
CREATE TABLE notice (
  id {int} NOT NULL PRIMARY KEY, token {text} NOT NULL, area {int} NOT NULL, pack {text} NOT NULL, code {text} NOT NULL, board {text} NOT NULL, opened {int} NOT NULL DEFAULT 0, closes {int} NOT NULL DEFAULT 0,
  photo_type {text} NOT NULL DEFAULT '', photo {bytes}, account {int} NOT NULL, holder {text} NOT NULL, at {int} NOT NULL, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE UNIQUE INDEX notice_token ON notice (token);
CREATE INDEX notice_area ON notice (area, id);
-- The lines as they hung: allowed fields only, names masked.
CREATE TABLE notice_line (
  home {int} NOT NULL, case_id {int} NOT NULL, notice {int} NOT NULL, n {int} NOT NULL, body {text} NOT NULL, PRIMARY KEY (home, case_id, notice)
) {clustered};
CREATE INDEX notice_line_notice ON notice_line (notice, n);
-- Objections; account 0 is somebody without login. What was said is sealed under the household's key.
CREATE TABLE objection (
  home {int} NOT NULL, id {int} NOT NULL, case_id {int} NOT NULL, notice {int} NOT NULL, body {bytes}, account {int} NOT NULL, holder {text} NOT NULL, at {int} NOT NULL,
  state {text} NOT NULL, decided {int} NOT NULL DEFAULT 0, PRIMARY KEY (home, id)
) {clustered};
CREATE INDEX objection_case ON objection (home, case_id, id);
CREATE INDEX objection_notice ON objection (notice, at);
-- Decisions about many cases at once: some, drawn by chance, are opened before.
CREATE TABLE case_batch (id {int} NOT NULL PRIMARY KEY, transition {text} NOT NULL, account {int} NOT NULL, holder {text} NOT NULL, at {int} NOT NULL, cases {int} NOT NULL) {strict};
CREATE TABLE case_sample (home {int} NOT NULL, case_id {int} NOT NULL, batch {int} NOT NULL, sampled {small} NOT NULL, opened {int} NOT NULL DEFAULT 0, PRIMARY KEY (home, case_id, batch)) {clustered};
CREATE INDEX case_sample_batch ON case_sample (batch);
