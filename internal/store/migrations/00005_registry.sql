-- +goose Up
CREATE TABLE household (
  home {int} NOT NULL, id {int} NOT NULL, number {text} NOT NULL, area {int} NOT NULL, status {text} NOT NULL, status_from {int} NOT NULL,
  head {int} NOT NULL DEFAULT 0, head_name {text} NOT NULL DEFAULT '', members {int} NOT NULL DEFAULT 0,
  opened {int} NOT NULL, closed {int}, origin {int} NOT NULL DEFAULT 0, ver {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (home, id)
) {clustered};
CREATE INDEX household_area ON household (area, id);
CREATE INDEX household_status_area ON household (status, area, id);
CREATE TABLE person (
  home {int} NOT NULL, id {int} NOT NULL, number {text} NOT NULL, name {text} NOT NULL, sex {text} NOT NULL, birth {int}, died {int},
  id_sealed {bytes}, id_tail {text} NOT NULL DEFAULT '', id_state {text} NOT NULL DEFAULT '', ver {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (home, id)
) {clustered};
CREATE INDEX person_name ON person (name);
-- Who claims a national identity number (by its blind index), and the confirmed holder.
CREATE TABLE person_key (id_hash {bytes} NOT NULL, home {int} NOT NULL, person {int} NOT NULL, PRIMARY KEY (id_hash, home, person)) {clustered};
CREATE TABLE id_owner (id_hash {bytes} NOT NULL PRIMARY KEY, home {int} NOT NULL, person {int} NOT NULL) {clustered};
CREATE TABLE membership (
  home {int} NOT NULL, household {int} NOT NULL, person {int} NOT NULL, from_day {int} NOT NULL, to_day {int},
  relation {text} NOT NULL, head {small} NOT NULL, reason {text} NOT NULL DEFAULT '',
  PRIMARY KEY (home, household, person, from_day),
  FOREIGN KEY (home, household) REFERENCES household (home, id), FOREIGN KEY (home, person) REFERENCES person (home, id)
) {clustered};
CREATE INDEX membership_person ON membership (home, person);
CREATE TABLE dwelling (
  home {int} NOT NULL, id {int} NOT NULL, household {int} NOT NULL, from_day {int} NOT NULL, to_day {int}, lat {real}, lon {real}, ver {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (home, id), FOREIGN KEY (home, household) REFERENCES household (home, id)
) {clustered};
CREATE INDEX dwelling_household ON dwelling (home, household);
-- One document of facts a subject and form section, on the items of the pack.
CREATE TABLE facts (
  home {int} NOT NULL, subject {int} NOT NULL, section {text} NOT NULL, ver {int} NOT NULL, body {text} NOT NULL,
  PRIMARY KEY (home, subject, section)
) {clustered};
-- Values of the items marked list, for filters; item is the number in item.
CREATE TABLE item (item {int} NOT NULL PRIMARY KEY, subject {text} NOT NULL, code {text} NOT NULL) {strict};
CREATE UNIQUE INDEX item_code ON item (subject, code);
CREATE TABLE fact_index (
  home {int} NOT NULL, subject {int} NOT NULL, item {int} NOT NULL, n {small} NOT NULL, num {real}, txt {text}, area {int} NOT NULL, household {int} NOT NULL,
  PRIMARY KEY (home, subject, item, n)
) {clustered};
CREATE INDEX fact_index_txt ON fact_index (item, txt, area, household) WHERE txt IS NOT NULL;
CREATE INDEX fact_index_num ON fact_index (item, num, area, household) WHERE num IS NOT NULL;
-- Income and expenditure: entries, never typed totals.
CREATE TABLE entry (
  home {int} NOT NULL, id {int} NOT NULL, household {int} NOT NULL, person {int} NOT NULL DEFAULT 0,
  subject {text} NOT NULL, class {text} NOT NULL, source {text} NOT NULL, from_day {int} NOT NULL, to_day {int} NOT NULL,
  minor {int} NOT NULL, currency {text} NOT NULL, origin {text} NOT NULL, ended {int}, ver {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (home, id), FOREIGN KEY (home, household) REFERENCES household (home, id)
) {clustered};
CREATE INDEX entry_household ON entry (home, household, from_day);
CREATE TABLE household_status (
  home {int} NOT NULL, household {int} NOT NULL, from_day {int} NOT NULL, n {int} NOT NULL, status {text} NOT NULL, source {text} NOT NULL, set_id {int} NOT NULL, at {int} NOT NULL,
  PRIMARY KEY (home, household, from_day, n)
) {clustered};
CREATE TABLE assessment (
  home {int} NOT NULL, id {int} NOT NULL, household {int} NOT NULL, area {int} NOT NULL, run {int} NOT NULL, day {int} NOT NULL, at {int} NOT NULL, account {int} NOT NULL,
  pack {text} NOT NULL, version {text} NOT NULL, hash {text} NOT NULL, verdict {text} NOT NULL, welfare {int}, line {int}, persons {int} NOT NULL,
  inputs {text} NOT NULL, reason {text} NOT NULL,
  PRIMARY KEY (home, id)
) {clustered};
CREATE INDEX assessment_household ON assessment (home, household, id);
CREATE INDEX assessment_run ON assessment (run, area);

-- Imports: a file, its mapping, its rows in staging, and exact counts.
CREATE TABLE import (
  id {int} NOT NULL PRIMARY KEY, job {int} NOT NULL, account {int} NOT NULL, area {int} NOT NULL, lo {int} NOT NULL, hi {int} NOT NULL,
  name {text} NOT NULL, size {int} NOT NULL, sha256 {text} NOT NULL, header {text} NOT NULL, mapping {text} NOT NULL, pack {text} NOT NULL,
  state {text} NOT NULL, on_error {text} NOT NULL, created {int} NOT NULL, rows {int} NOT NULL DEFAULT 0, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX import_account ON import (account, id);
CREATE TABLE import_mapping (
  id {int} NOT NULL PRIMARY KEY, name {text} NOT NULL, account {int} NOT NULL, header {text} NOT NULL, body {text} NOT NULL, created {int} NOT NULL
) {strict};
