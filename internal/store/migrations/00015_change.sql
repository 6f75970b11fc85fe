-- +goose Up
-- How often a household's worksheet of a year was accepted: of two who accept it at once, one finds it moved on.
CREATE TABLE worksheet (
  home {int} NOT NULL, household {int} NOT NULL, year {int} NOT NULL, ver {int} NOT NULL,
  PRIMARY KEY (home, household, year)
) {clustered};
