-- +goose Up
-- When and where a photo was taken or a paper made, as said by who added it: a day, and degrees (WGS 84).
ALTER TABLE attachment ADD COLUMN taken {int};
ALTER TABLE attachment ADD COLUMN lat {real};
ALTER TABLE attachment ADD COLUMN lon {real};
