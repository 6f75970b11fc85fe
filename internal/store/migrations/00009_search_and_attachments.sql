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
