-- +goose Up
-- A change set may open a record: under is the household in which, 0 where the record exists.
ALTER TABLE change_row ADD COLUMN under {int} NOT NULL DEFAULT 0;
-- An entry is held from a day (NULL: since its household was opened) and may keep how its amount was computed.
ALTER TABLE entry ADD COLUMN opened {int};
ALTER TABLE entry ADD COLUMN evidence {text} NOT NULL DEFAULT '';
CREATE INDEX change_row_under ON change_row (home, under) WHERE under <> 0;
-- When the yearly answers of an area are collected. section '' is every yearly section; late_until NULL is no late
-- correction; a window that was taken back keeps its row.
CREATE TABLE collection_window (
  id {int} NOT NULL PRIMARY KEY, area {int} NOT NULL, lo {int} NOT NULL, hi {int} NOT NULL, section {text} NOT NULL, year {int} NOT NULL,
  reference {int} NOT NULL, opens {int} NOT NULL, locks {int} NOT NULL, late_until {int},
  account {int} NOT NULL, saved {int} NOT NULL, ended {int}, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX collection_window_year ON collection_window (year, lo, hi);
-- What a unit of a product yields, fetches and costs in an area and year, for filling in income. A product without a
-- row has the row of the nearest area above. price and cost are minor units; NULL is unknown.
CREATE TABLE norm_table (
  id {int} NOT NULL PRIMARY KEY, area {int} NOT NULL, lo {int} NOT NULL, hi {int} NOT NULL, year {int} NOT NULL,
  account {int} NOT NULL, saved {int} NOT NULL, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE UNIQUE INDEX norm_table_area ON norm_table (area, year);
CREATE TABLE norm (
  table_id {int} NOT NULL, product {text} NOT NULL, yield {text} NOT NULL, price {int}, cost {int},
  PRIMARY KEY (table_id, product)
) {strict};
