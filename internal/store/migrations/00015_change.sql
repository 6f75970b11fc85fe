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
-- An area may take another code and name on a day, or give some of its households to a new area.
ALTER TABLE area_change ADD COLUMN code {text} NOT NULL DEFAULT '';
ALTER TABLE area_change ADD COLUMN name {text} NOT NULL DEFAULT '';
CREATE TABLE area_change_household (
  home {int} NOT NULL, household {int} NOT NULL, change {int} NOT NULL,
  PRIMARY KEY (home, household, change)
) {clustered};
CREATE INDEX area_change_household_change ON area_change_household (change, home, household);
-- Former codes and names are searched like present ones.
ALTER TABLE area_history ADD COLUMN folded {text} NOT NULL DEFAULT '';
UPDATE area_history SET folded = lower(name) || '
' || lower(code);
CREATE INDEX area_history_code ON area_history (code);
