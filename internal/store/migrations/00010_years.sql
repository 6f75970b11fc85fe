-- +goose Up
-- A change set may open a record: under is the household in which, 0 where the record exists.
ALTER TABLE change_row ADD COLUMN under {int} NOT NULL DEFAULT 0;
-- An entry is held from a day (NULL: since its household was opened) and may keep how its amount was computed.
ALTER TABLE entry ADD COLUMN opened {int};
ALTER TABLE entry ADD COLUMN evidence {text} NOT NULL DEFAULT '';
CREATE INDEX change_row_under ON change_row (home, under) WHERE under <> 0;
