-- +goose Up
-- What the rules of data quality found: one row for a household (or village), a subject of it and a rule, for good.
CREATE TABLE problem_item (
  home {int} NOT NULL, id {int} NOT NULL, household {int} NOT NULL, subject_kind {text} NOT NULL, subject {int} NOT NULL, area {int} NOT NULL,
  rule {text} NOT NULL, severity {text} NOT NULL, class {small} NOT NULL, fields {text} NOT NULL,
  found {int} NOT NULL, reopened {int} NOT NULL DEFAULT 0, role {text} NOT NULL, owner {int} NOT NULL DEFAULT 0, due {int} NOT NULL,
  state {text} NOT NULL, changed {int} NOT NULL, reason {text} NOT NULL DEFAULT '',
  proposer {int} NOT NULL DEFAULT 0, proposer_person {text} NOT NULL DEFAULT '', ver {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (home, id)
) {clustered};
CREATE UNIQUE INDEX problem_item_rule ON problem_item (home, household, subject, rule);
CREATE INDEX problem_item_area ON problem_item (area, id);
CREATE INDEX problem_item_owner ON problem_item (owner, state, due);
-- What rules over several households compare: a blind index of a value, or a figure.
CREATE TABLE quality_mark (
  home {int} NOT NULL, household {int} NOT NULL, rule {text} NOT NULL, area {int} NOT NULL, mark {bytes}, num {int},
  PRIMARY KEY (home, household, rule)
) {clustered};
CREATE INDEX quality_mark_mark ON quality_mark (rule, mark) WHERE mark IS NOT NULL;
CREATE INDEX quality_mark_num ON quality_mark (rule, area, num) WHERE num IS NOT NULL;
-- The middle figure of an area, as the last whole run found it.
CREATE TABLE quality_area (area {int} NOT NULL, rule {text} NOT NULL, households {int} NOT NULL, num {int} NOT NULL, at {int} NOT NULL, PRIMARY KEY (area, rule)) {clustered};
