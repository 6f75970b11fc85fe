-- +goose Up
-- Whose keys to find by an import has not written into find_key yet: persons are their numbers, rising, of eight bytes,
-- and person is the first. person_find holds the keys. Many lists are written together, in the order of the keys. The row
-- 0, 0 holds, while there are others, the persons of any list whose keys have been taken away since.
CREATE TABLE find_late (home {int} NOT NULL, person {int} NOT NULL, persons {bytes}, PRIMARY KEY (home, person)) {clustered};
