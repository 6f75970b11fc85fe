-- +goose Up
-- What a photo looks like, so that one picture is known again after it was scaled or packed anew; 0 where it shows too
-- little to tell, nothing for what was stored before it was asked.
ALTER TABLE attachment ADD COLUMN likeness {int};
