-- +goose Up
-- Outlines of areas, thinned out and packed (see package shape); an area without one is drawn as a point.
CREATE TABLE area_shape (key {int} NOT NULL PRIMARY KEY, body {bytes} NOT NULL, file {text} NOT NULL, at {int} NOT NULL) {strict};
