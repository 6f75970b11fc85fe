-- +goose Up
-- Who claims a national identity number, by its blind index. Who holds it has the rank 0, every other claimant the number
-- of his person: a number has one holder. Rows lie in the order of a hash, so that each goes to a page of its own: it is
-- one table, and not one of those who claim and another of those who hold.
CREATE TABLE id_claim (id_hash {bytes} NOT NULL, rank {int} NOT NULL, home {int} NOT NULL, person {int} NOT NULL, PRIMARY KEY (id_hash, rank)) {clustered};
INSERT INTO id_claim (id_hash, rank, home, person)
  SELECT k.id_hash, CASE WHEN o.id_hash IS NULL THEN k.person ELSE 0 END, k.home, k.person
  FROM person_key k LEFT JOIN id_owner o ON o.id_hash = k.id_hash AND o.person = k.person ORDER BY k.id_hash;
DROP TABLE person_key;
DROP TABLE id_owner;
-- A person's claims to a number go with the person.
CREATE INDEX id_claim_person ON id_claim (home, person);
