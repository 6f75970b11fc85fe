-- +goose Up
-- Villages, counties and other areas as registered objects: their yearly forms are facts of the subject id.
CREATE TABLE place (
  home {int} NOT NULL, id {int} NOT NULL, area {int} NOT NULL, ver {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (home, id)
) {clustered};
CREATE UNIQUE INDEX place_area ON place (area);
-- Organisations: cooperatives, firms, departments, partner units. identifiers is a JSON object of kind and number.
CREATE TABLE organisation (
  id {int} NOT NULL PRIMARY KEY, number {text} NOT NULL, name {text} NOT NULL, folded {text} NOT NULL, kind {text} NOT NULL,
  area {int} NOT NULL, parent {int} NOT NULL DEFAULT 0, identifiers {text} NOT NULL, contact {text} NOT NULL, phone {text} NOT NULL,
  from_day {int} NOT NULL, to_day {int}, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE UNIQUE INDEX organisation_number ON organisation (number);
CREATE INDEX organisation_area ON organisation (area, id);
CREATE INDEX organisation_parent ON organisation (parent);
