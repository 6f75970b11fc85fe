-- +goose Up
-- By what persons are found who may be registered already: hashes of a date of birth, alone or with a form of the
-- name. They are written, moved and erased with the person, like name_key.
CREATE TABLE birth_key (
  key {int} NOT NULL, area {int} NOT NULL, home {int} NOT NULL, person {int} NOT NULL,
  PRIMARY KEY (key, area, home, person)
) {clustered};
CREATE INDEX birth_key_person ON birth_key (home, person);
-- Two persons who may be one, for good. evidence says how alike their fields are, never what they hold.
CREATE TABLE duplicate_pair (
  id {int} NOT NULL PRIMARY KEY, one {int} NOT NULL, other {int} NOT NULL, probability {real} NOT NULL, weight {real} NOT NULL, evidence {text} NOT NULL,
  overlap {text} NOT NULL DEFAULT '', entity {int} NOT NULL DEFAULT 0, zone {text} NOT NULL, rank {real} NOT NULL, held {small} NOT NULL DEFAULT 0,
  state {text} NOT NULL, verdict {text} NOT NULL DEFAULT '', keep {int} NOT NULL DEFAULT 0, set_id {int} NOT NULL DEFAULT 0, until {int} NOT NULL DEFAULT 0,
  found {int} NOT NULL, changed {int} NOT NULL, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE UNIQUE INDEX duplicate_pair_persons ON duplicate_pair (one, other);
CREATE INDEX duplicate_pair_queue ON duplicate_pair (state, rank, id);
-- Where the two live: rows go with the persons.
CREATE TABLE duplicate_side (
  home {int} NOT NULL, person {int} NOT NULL, pair {int} NOT NULL, area {int} NOT NULL, household {int} NOT NULL,
  PRIMARY KEY (home, person, pair)
) {clustered};
CREATE INDEX duplicate_side_pair ON duplicate_side (pair);
CREATE INDEX duplicate_side_area ON duplicate_side (area, pair);
-- What officials said about a pair, in their order; blind: without knowing what the first said.
CREATE TABLE duplicate_judgement (
  pair {int} NOT NULL, n {int} NOT NULL, account {int} NOT NULL, holder {text} NOT NULL, verdict {text} NOT NULL, keep {int} NOT NULL, blind {small} NOT NULL,
  at {int} NOT NULL, undone {int} NOT NULL DEFAULT 0, PRIMARY KEY (pair, n)
) {clustered};
-- What the register taught about how alike the records of one person are, the newest in use; sealed, for it holds the
-- names that many bear.
CREATE TABLE duplicate_model (id {int} NOT NULL PRIMARY KEY, at {int} NOT NULL, persons {int} NOT NULL, body {bytes} NOT NULL) {strict};
-- What one county asks another about a pair of which each holds one person.
CREATE TABLE duplicate_inquiry (
  id {int} NOT NULL PRIMARY KEY, pair {int} NOT NULL, from_area {int} NOT NULL, to_area {int} NOT NULL, mine {int} NOT NULL, theirs {int} NOT NULL,
  account {int} NOT NULL, holder {text} NOT NULL, asked {int} NOT NULL, answer {text} NOT NULL DEFAULT '', answerer {int} NOT NULL DEFAULT 0, answered {int} NOT NULL DEFAULT 0, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE UNIQUE INDEX duplicate_inquiry_pair ON duplicate_inquiry (pair, from_area);
