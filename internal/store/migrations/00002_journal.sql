-- +goose Up
-- The journal: what happened, to whom, by whom, why. A body holds what changed; its personal values are sealed under
-- the subject's data key. The header commits to the body, so that body and key can be erased and the log still verifies.
CREATE TABLE event (
  home {int} NOT NULL, id {int} NOT NULL, cmd {int} NOT NULL, at {int} NOT NULL,
  account {int} NOT NULL, role {text} NOT NULL, place {text} NOT NULL, why {text} NOT NULL,
  kind {text} NOT NULL, subject_kind {text} NOT NULL, subject {int} NOT NULL, area {int} NOT NULL, valid_on {int} NOT NULL,
  ver_before {int} NOT NULL, ver_after {int} NOT NULL, commitment {bytes} NOT NULL, xid {xid},
  PRIMARY KEY (home, id)
) {strict};
CREATE INDEX event_subject ON event (home, subject, id);
CREATE INDEX event_cmd ON event (cmd);
CREATE INDEX event_account ON event (account, at);
CREATE INDEX event_area ON event (area, at);
CREATE TABLE event_body (
  home {int} NOT NULL, id {int} NOT NULL, subject {int} NOT NULL, salt {bytes} NOT NULL, body {bytes} NOT NULL,
  PRIMARY KEY (home, id)
) {clustered};
-- Dense positions given by the sealer in commit order.
CREATE TABLE event_pos (pos {int} NOT NULL PRIMARY KEY, home {int} NOT NULL, id {int} NOT NULL) {strict};
-- One wrapped key a person, household or import; destroying it erases what was sealed under it.
CREATE TABLE data_key (home {int} NOT NULL, subject {int} NOT NULL, wrapped {bytes} NOT NULL, PRIMARY KEY (home, subject)) {clustered};
