-- +goose Up
CREATE TABLE job (
  id {int} NOT NULL PRIMARY KEY, kind {text} NOT NULL, state {text} NOT NULL, title {text} NOT NULL, args {text} NOT NULL,
  account {int} NOT NULL, area {int} NOT NULL, lo {int} NOT NULL, hi {int} NOT NULL,
  done {int} NOT NULL DEFAULT 0, total {int} NOT NULL DEFAULT 0, counts {text} NOT NULL DEFAULT '', progress {text} NOT NULL DEFAULT '',
  error {text} NOT NULL DEFAULT '', holder {text} NOT NULL DEFAULT '', beat {int} NOT NULL DEFAULT 0,
  created {int} NOT NULL, started {int}, finished {int}, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX job_state ON job (state, id);
CREATE INDEX job_account ON job (account, id);

-- What was submitted, row by row, before it is applied. body is sealed under the data key of the submission.
CREATE TABLE staging (
  set_id {int} NOT NULL, n {int} NOT NULL, body {bytes} NOT NULL, state {text} NOT NULL, problems {text} NOT NULL, subject {int} NOT NULL,
  PRIMARY KEY (set_id, n)
) {strict};
CREATE INDEX staging_state ON staging (set_id, state, n);

-- A change set: one submission by one person from one source, decided as a whole.
CREATE TABLE change_set (
  id {int} NOT NULL PRIMARY KEY, home {int} NOT NULL, kind {text} NOT NULL, source {text} NOT NULL, state {text} NOT NULL,
  title {text} NOT NULL, reason {text} NOT NULL, area {int} NOT NULL,
  account {int} NOT NULL, person {text} NOT NULL, submitted {int} NOT NULL,
  decided_by {int}, decided_person {text}, decided {int}, comment {text} NOT NULL DEFAULT '',
  job {int} NOT NULL DEFAULT 0, rows {int} NOT NULL DEFAULT 0, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX change_set_state ON change_set (state, area, id);
CREATE INDEX change_set_account ON change_set (account, id);
CREATE TABLE change_row (
  set_id {int} NOT NULL REFERENCES change_set (id), n {int} NOT NULL, home {int} NOT NULL, subject_kind {text} NOT NULL, subject {int} NOT NULL,
  base_ver {int} NOT NULL, state {text} NOT NULL, diff {bytes} NOT NULL,
  PRIMARY KEY (set_id, n)
) {strict};
CREATE INDEX change_row_subject ON change_row (home, subject);
-- Field rows exist only for conflicts: what the submission was based on, what it says, what is stored now.
CREATE TABLE change_conflict (
  set_id {int} NOT NULL, n {int} NOT NULL, field {text} NOT NULL, sealed {bytes} NOT NULL, resolution {text} NOT NULL DEFAULT '',
  PRIMARY KEY (set_id, n, field)
) {strict};
