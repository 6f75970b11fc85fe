-- +goose Up
-- Keys of persons' names (package linkage/namekey): by these a person is found under a name written a little
-- differently, within a range of areas. area is that of the person's household. A key is a hash of the name and says
-- less than the name itself; it is read, written and erased with it.
CREATE TABLE name_key (
  key {int} NOT NULL, area {int} NOT NULL, home {int} NOT NULL, person {int} NOT NULL,
  PRIMARY KEY (key, area, home, person)
) {clustered};
CREATE INDEX name_key_person ON name_key (home, person);
-- Telephone numbers, digits from the last to the first: what differs is written at the beginning.
CREATE TABLE phone_key (
  digits {text} NOT NULL, area {int} NOT NULL, home {int} NOT NULL, subject {int} NOT NULL, item {int} NOT NULL, household {int} NOT NULL,
  PRIMARY KEY (digits, area, home, subject, item)
) {clustered};
CREATE INDEX phone_key_subject ON phone_key (home, subject);
-- How often an account looked something up in a stretch of time, so that nobody harvests the register.
CREATE TABLE lookup (
  account {int} NOT NULL, kind {text} NOT NULL, slot {int} NOT NULL, n {int} NOT NULL,
  PRIMARY KEY (account, kind, slot)
) {clustered};
-- Photos and documents of a household, a person or a dwelling. Their content is sealed in chunks under the data key
-- of the household or person (owner), so that who destroys the key destroys them.
CREATE TABLE attachment (
  home {int} NOT NULL, id {int} NOT NULL, subject {int} NOT NULL, subject_kind {text} NOT NULL, household {int} NOT NULL, area {int} NOT NULL,
  owner {int} NOT NULL, token {text} NOT NULL, kind {text} NOT NULL, type {text} NOT NULL, size {int} NOT NULL, width {int} NOT NULL, height {int} NOT NULL, pages {int} NOT NULL,
  state {text} NOT NULL, added {int} NOT NULL, account {int} NOT NULL, ended {int}, ended_by {int}, ver {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (home, id)
) {clustered};
CREATE UNIQUE INDEX attachment_token ON attachment (home, token);
CREATE INDEX attachment_household ON attachment (home, household, id);
CREATE INDEX attachment_subject ON attachment (home, subject);
CREATE TABLE attachment_chunk (
  home {int} NOT NULL, attachment {int} NOT NULL, thumbnail {small} NOT NULL, n {int} NOT NULL, subject {int} NOT NULL, body {bytes} NOT NULL,
  PRIMARY KEY (home, attachment, thumbnail, n)
) {clustered};
CREATE INDEX attachment_chunk_subject ON attachment_chunk (home, subject);
