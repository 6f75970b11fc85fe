-- +goose Up
-- Which pairs a household's members stand in is asked with every page of a household.
CREATE INDEX duplicate_side_household ON duplicate_side (household, pair);
