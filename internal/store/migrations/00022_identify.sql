-- +goose Up
-- What an assessment says beside poor and not poor: the pack's category, the points of a scorecard; and whether it was
-- made for comparison under another pack, beside the household's current one.
ALTER TABLE assessment ADD COLUMN category {text} NOT NULL DEFAULT '';
ALTER TABLE assessment ADD COLUMN points {int};
ALTER TABLE assessment ADD COLUMN trial {small} NOT NULL DEFAULT 0;
