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
