-- +goose Up
-- The last day of the card that a case gave its household; 0 for none, and once it is over and was followed up.
ALTER TABLE case_file ADD COLUMN card_until {int} NOT NULL DEFAULT 0;
CREATE INDEX case_file_card ON case_file (card_until, id) WHERE card_until > 0;
-- Who closed a meeting, and in which capacity as it is journalled; 0 and "" of one that is open, and of older ones.
ALTER TABLE sitting ADD COLUMN closer {int} NOT NULL DEFAULT 0;
ALTER TABLE sitting ADD COLUMN closed_as {text} NOT NULL DEFAULT '';
