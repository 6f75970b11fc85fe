-- +goose Up
-- Outlines of areas, thinned out and packed (see package shape); an area without one is drawn as a point.
CREATE TABLE area_shape (key {int} NOT NULL PRIMARY KEY, body {bytes} NOT NULL, file {text} NOT NULL, at {int} NOT NULL) {strict};
-- Figures of each month's end by area and status, frozen: a month whose freezing has ended never changes.
CREATE TABLE month_end (month {int} NOT NULL PRIMARY KEY, claimed {int} NOT NULL, claim {text} NOT NULL, frozen {int}, hash {text} NOT NULL DEFAULT '') {strict};
CREATE TABLE month_figure (
  key {int} NOT NULL, month {int} NOT NULL, status {text} NOT NULL, households {int} NOT NULL, persons {int} NOT NULL,
  PRIMARY KEY (key, month, status)
) {clustered};
