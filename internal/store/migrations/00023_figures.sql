-- +goose Up
-- What assessments said of the persons of a month's figure: sum of welfare over those of whom it is known, and of those
-- who could be judged how many are poor. Months that were frozen before have none.
ALTER TABLE month_figure ADD COLUMN welfare {int} NOT NULL DEFAULT 0;
ALTER TABLE month_figure ADD COLUMN known {int} NOT NULL DEFAULT 0;
ALTER TABLE month_figure ADD COLUMN judged {int} NOT NULL DEFAULT 0;
ALTER TABLE month_figure ADD COLUMN below {int} NOT NULL DEFAULT 0;
ALTER TABLE month_figure ADD COLUMN judged_households {int} NOT NULL DEFAULT 0;
ALTER TABLE month_figure ADD COLUMN below_households {int} NOT NULL DEFAULT 0;
