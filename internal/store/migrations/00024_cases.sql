-- +goose Up
-- The photo of minutes that were written on paper, sealed under the key of the meeting as typed ones are.
ALTER TABLE sitting ADD COLUMN photo_type {text} NOT NULL DEFAULT '';
ALTER TABLE sitting ADD COLUMN photo {bytes};
