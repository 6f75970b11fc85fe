-- +goose Up
-- The sealed log: hashes of the Merkle tree over events in the order of their positions, in pages of 256 (see
-- golang.org/x/mod/sumdb/tlog for their order), and the checkpoints that were signed. The one row of log_state says
-- how far the log is sealed and which process seals.
CREATE TABLE log_page (page {int} NOT NULL PRIMARY KEY, hashes {bytes} NOT NULL) {strict};
CREATE TABLE log_checkpoint (size {int} NOT NULL PRIMARY KEY, at {int} NOT NULL, note {text} NOT NULL) {strict};
CREATE TABLE log_state (
  id {int} NOT NULL PRIMARY KEY, log {text} NOT NULL, size {int} NOT NULL, sealed {int} NOT NULL, floor {text} NOT NULL, incarnation {text} NOT NULL,
  holder {text} NOT NULL, until {int} NOT NULL, ver {int} NOT NULL
) {strict};
INSERT INTO log_state (id, log, size, sealed, floor, incarnation, holder, until, ver) VALUES (1, '', 0, 0, '0', '', '', 0, 1);
CREATE UNIQUE INDEX event_pos_event ON event_pos (home, id);
-- Only PostgreSQL orders the unsealed tail by transaction; the writer of SQLite stores events in their order.
{postgres} CREATE INDEX event_xid ON event (xid, home, id);
-- When a person's data were erased; the row stays, so that the household still counts its members.
ALTER TABLE person ADD COLUMN erased {int};
-- Persons whose data must not be erased for now, as a court or an investigation has ordered.
CREATE TABLE legal_hold (
  home {int} NOT NULL, person {int} NOT NULL, since {int} NOT NULL, account {int} NOT NULL, reason {text} NOT NULL,
  PRIMARY KEY (home, person)
) {clustered};
