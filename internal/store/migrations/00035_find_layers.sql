-- +goose Up
-- By what persons are found, and found to be registered already: hashes of forms of their names and of their dates of
-- birth. area is that of the person's household. A key says less than the name itself; it is read, written and erased
-- with it. Rows lie in the order of a hash, so that those of a few persons go to pages all over a large tree: they are
-- written into the small layer 0, which is swept into layer 1 when it has grown, and that into layer 2.
CREATE TABLE find_key (
  layer {small} NOT NULL, key {int} NOT NULL, area {int} NOT NULL, home {int} NOT NULL, person {int} NOT NULL,
  PRIMARY KEY (layer, key, area, home, person)
) {clustered};
-- Which keys a person has, eight bytes each, so that they are found again when he moves, is renamed or erased.
CREATE TABLE person_find (home {int} NOT NULL, person {int} NOT NULL, area {int} NOT NULL, keys {bytes} NOT NULL, PRIMARY KEY (home, person)) {clustered};
-- The keys are made anew by a job.
DROP TABLE name_key;
DROP TABLE birth_key;
