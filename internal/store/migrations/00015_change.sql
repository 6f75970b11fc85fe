-- +goose Up
-- How often a household's worksheet of a year was accepted: of two who accept it at once, one finds it moved on.
CREATE TABLE worksheet (
  home {int} NOT NULL, household {int} NOT NULL, year {int} NOT NULL, ver {int} NOT NULL,
  PRIMARY KEY (home, household, year)
) {clustered};
-- A hand-over holds from a day; persons is how many of the household go, 0 for all of it. What the receiving county
-- answered waits for the day, sealed under the household's key; reopened is why its acceptance did not hold then.
ALTER TABLE transfer ADD COLUMN persons {int} NOT NULL DEFAULT 0;
ALTER TABLE transfer ADD COLUMN day {int} NOT NULL DEFAULT 0;
ALTER TABLE transfer ADD COLUMN expires {int};
ALTER TABLE transfer ADD COLUMN accepted {int};
ALTER TABLE transfer ADD COLUMN accepted_by {int} NOT NULL DEFAULT 0;
ALTER TABLE transfer ADD COLUMN answer {bytes};
ALTER TABLE transfer ADD COLUMN reopened {text} NOT NULL DEFAULT '';
CREATE INDEX transfer_day ON transfer (day, set_id) WHERE accepted IS NOT NULL;
CREATE INDEX transfer_from ON transfer (from_area, set_id);
