-- +goose Up
-- Identifiers are leased in blocks of 2^20; a block belongs to one home for ever, so a number finds its home.
CREATE TABLE meta (key {text} NOT NULL PRIMARY KEY, value {text} NOT NULL) {clustered};
CREATE TABLE id_counter (name {text} NOT NULL PRIMARY KEY, next {int} NOT NULL) {clustered};
INSERT INTO id_counter (name, next) VALUES ('block', 1), ('home', 1);
CREATE TABLE id_block (block {int} NOT NULL PRIMARY KEY, home {int} NOT NULL, leased {int} NOT NULL) {strict};
CREATE TABLE moved (id {int} NOT NULL PRIMARY KEY, home {int} NOT NULL) {strict};
CREATE TABLE alias (
  source {text} NOT NULL, key {text} NOT NULL, home {int} NOT NULL, kind {text} NOT NULL, id {int} NOT NULL,
  PRIMARY KEY (source, key)
) {clustered};
CREATE INDEX alias_id ON alias (home, id);

-- Areas: key is a decimal path of fixed-width levels, a subtree is one BETWEEN. Codes and names have validity.
CREATE TABLE area (
  key {int} NOT NULL PRIMARY KEY, level {small} NOT NULL, parent {int} NOT NULL,
  code {text} NOT NULL, name {text} NOT NULL, names {text} NOT NULL DEFAULT '', folded {text} NOT NULL,
  lat {real}, lon {real},
  valid_from {int} NOT NULL, valid_to {int}, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX area_parent ON area (parent, key);
CREATE INDEX area_code ON area (code);
CREATE INDEX area_folded ON area (folded);
CREATE TABLE area_history (
  key {int} NOT NULL, valid_from {int} NOT NULL, valid_to {int} NOT NULL, code {text} NOT NULL, name {text} NOT NULL, names {text} NOT NULL,
  PRIMARY KEY (key, valid_from, valid_to)
) {clustered};
CREATE TABLE area_change (
  id {int} NOT NULL PRIMARY KEY, from_key {int} NOT NULL, to_key {int} NOT NULL, kind {text} NOT NULL, day {int} NOT NULL,
  cmd {int} NOT NULL
) {strict};
CREATE INDEX area_change_from ON area_change (from_key);
CREATE TABLE home (home {int} NOT NULL PRIMARY KEY, area {int} NOT NULL, opened {int} NOT NULL) {strict};
CREATE UNIQUE INDEX home_of_area ON home (area);
CREATE TABLE home_area (home {int} NOT NULL, lo {int} NOT NULL, hi {int} NOT NULL, PRIMARY KEY (home, lo)) {clustered};

-- Policy packs as they were installed, so that every decision can name and re-read its own.
CREATE TABLE pack (
  id {text} NOT NULL, version {text} NOT NULL, hash {text} NOT NULL, archive {bytes} NOT NULL, installed {int} NOT NULL, account {int} NOT NULL,
  PRIMARY KEY (id, version, hash)
) {clustered};
CREATE TABLE pack_use (
  area {int} NOT NULL, since {int} NOT NULL, id {text} NOT NULL, version {text} NOT NULL, hash {text} NOT NULL, account {int} NOT NULL,
  PRIMARY KEY (area, since)
) {clustered};
