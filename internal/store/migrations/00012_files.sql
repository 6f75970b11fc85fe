-- +goose Up
-- Files that came in one upload, and the worksheets of one book, are a bundle: the identifier of its first import.
-- words is sealed under the import's own key: the different texts of the columns that have few of them.
ALTER TABLE import ADD COLUMN bundle {int} NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN sheet {text} NOT NULL DEFAULT '';
ALTER TABLE import ADD COLUMN words {bytes};
CREATE INDEX import_bundle ON import (bundle);

-- Mappings that people saved under a name, for who works within lo to hi. columns is the header that they were made
-- for, as JSON; header is what finds them again: a hash of the folded column names.
DROP TABLE import_mapping;
CREATE TABLE import_template (
  id {int} NOT NULL PRIMARY KEY, name {text} NOT NULL, account {int} NOT NULL, lo {int} NOT NULL, hi {int} NOT NULL,
  pack {text} NOT NULL, subject {text} NOT NULL, header {text} NOT NULL, columns {text} NOT NULL, body {text} NOT NULL,
  created {int} NOT NULL, used {int} NOT NULL, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX import_template_header ON import_template (pack, header);

-- Files that were written for somebody: what was asked for, under whose agreement, and the sealed file until it
-- expires. filter and the parts are sealed under the export's own key.
CREATE TABLE export (
  id {int} NOT NULL PRIMARY KEY, job {int} NOT NULL DEFAULT 0, approval {int} NOT NULL DEFAULT 0, account {int} NOT NULL,
  area {int} NOT NULL, lo {int} NOT NULL, hi {int} NOT NULL, subject {text} NOT NULL, format {text} NOT NULL,
  filter {bytes} NOT NULL, digest {text} NOT NULL, columns {text} NOT NULL, purpose {text} NOT NULL, reason {text} NOT NULL,
  state {text} NOT NULL, households {int} NOT NULL, rows {int} NOT NULL DEFAULT 0, size {int} NOT NULL DEFAULT 0,
  created {int} NOT NULL, expires {int} NOT NULL DEFAULT 0, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX export_account ON export (account, id);
CREATE TABLE export_part (
  export {int} NOT NULL, n {int} NOT NULL, body {bytes} NOT NULL,
  PRIMARY KEY (export, n)
) {strict};

-- Printed documents: who holds the token on one may ask whether it is genuine. token is a hash of it.
CREATE TABLE document (
  token {bytes} NOT NULL PRIMARY KEY, kind {text} NOT NULL, pages {int} NOT NULL, day {int} NOT NULL,
  home {int} NOT NULL, subject {int} NOT NULL, area {int} NOT NULL, ver {int} NOT NULL, account {int} NOT NULL, created {int} NOT NULL
) {strict};
