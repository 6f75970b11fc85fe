-- +goose Up
-- A membership holds from from_day until to_day, the first day on which it no longer does. reason says why it began,
-- end_reason why it ended: codes of the pack's roster acts.
ALTER TABLE membership ADD COLUMN end_reason {text} NOT NULL DEFAULT '';
-- Households that their county hands over to another: the set waits for somebody of the receiving area.
CREATE TABLE transfer (
  set_id {int} NOT NULL PRIMARY KEY, home {int} NOT NULL, household {int} NOT NULL,
  from_area {int} NOT NULL, to_area {int} NOT NULL, asked {int} NOT NULL
) {strict};
CREATE INDEX transfer_to ON transfer (to_area, set_id);
CREATE INDEX transfer_household ON transfer (home, household);
-- When the households of an area that was split, merged or moved had all followed.
ALTER TABLE area_change ADD COLUMN done {int};
-- A person's claims to a number go with the person.
CREATE INDEX person_key_person ON person_key (home, person);
CREATE INDEX id_owner_person ON id_owner (home, person);
