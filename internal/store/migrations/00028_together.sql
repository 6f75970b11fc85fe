-- +goose Up
-- Cases that are acted on together as a job, each by itself: what is still to be done (state is empty), what is done, and
-- what was refused, with the kind, code and English words of the refusal. subject is the household; ver is the version of
-- the case that was seen, 0 where any will do.
CREATE TABLE case_bulk (
  home {int} NOT NULL, bulk {int} NOT NULL, n {int} NOT NULL, case_id {int} NOT NULL, subject {int} NOT NULL, ver {int} NOT NULL,
  state {text} NOT NULL DEFAULT '', kind {text} NOT NULL DEFAULT '', code {text} NOT NULL DEFAULT '', message {text} NOT NULL DEFAULT '',
  PRIMARY KEY (home, bulk, n)
) {clustered};
CREATE INDEX case_bulk_state ON case_bulk (bulk, state, n);
-- The job that puts cases on a meeting or notice, or takes them from a meeting where its votes lead; 0 for none.
ALTER TABLE sitting ADD COLUMN job {int} NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN job {int} NOT NULL DEFAULT 0;
