-- +goose Up
-- Who holds the office of an official who is away, from a day to a day: one role in one area. It is never deleted, and
-- is worth what the official's own grant is worth on each of its days.
CREATE TABLE cover (
  id {int} NOT NULL PRIMARY KEY, absent {int} NOT NULL REFERENCES account (id), role {text} NOT NULL, area {int} NOT NULL, deputy {int} NOT NULL REFERENCES account (id),
  since {int} NOT NULL, till {int} NOT NULL, reason {text} NOT NULL, given_by {int} NOT NULL, given {int} NOT NULL, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX cover_deputy ON cover (deputy, till);
CREATE INDEX cover_area ON cover (area, id);
