-- +goose Up
-- A campaign of verification visits: how its households were chosen (seed and hash of the frame), and until when.
CREATE TABLE campaign (
  id {int} NOT NULL PRIMARY KEY, area {int} NOT NULL, design {text} NOT NULL, kind {text} NOT NULL, method {text} NOT NULL, pack {text} NOT NULL,
  state {text} NOT NULL, starts {int} NOT NULL, due {int} NOT NULL, seed {text} NOT NULL, frame {text} NOT NULL,
  account {int} NOT NULL, holder {text} NOT NULL, created {int} NOT NULL, closed {int} NOT NULL DEFAULT 0, ver {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX campaign_area ON campaign (area, id);
-- The parts of its frame: how many households and persons they held when it was drawn, and how many of them were
-- believed to stand on the wrong side.
CREATE TABLE campaign_stratum (
  campaign {int} NOT NULL, stratum {text} NOT NULL, area {int} NOT NULL, standing {text} NOT NULL, households {int} NOT NULL, persons {int} NOT NULL, believed {real} NOT NULL,
  PRIMARY KEY (campaign, stratum)
) {clustered};
-- Who goes: officials, each in a team; base is the area in which a team does not judge.
CREATE TABLE campaign_team (
  campaign {int} NOT NULL, team {int} NOT NULL, account {int} NOT NULL, holder {text} NOT NULL, base {int} NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign, team, account)
) {clustered};
CREATE INDEX campaign_team_account ON campaign_team (account, campaign);
-- The households to visit. place is the area of the day of the draw, area where they live now; chance is that of being
-- drawn by lot, 0 for those who were chosen; standing, official, recorder, source and rule are what stood on the day of
-- the draw.
CREATE TABLE campaign_household (
  home {int} NOT NULL, campaign {int} NOT NULL, household {int} NOT NULL, area {int} NOT NULL, place {int} NOT NULL, persons {int} NOT NULL,
  stratum {text} NOT NULL, standing {text} NOT NULL, chance {real} NOT NULL, believed {real} NOT NULL,
  official {text} NOT NULL DEFAULT '', recorder {int} NOT NULL DEFAULT 0, source {text} NOT NULL DEFAULT '', rule {text} NOT NULL DEFAULT '', line {int} NOT NULL DEFAULT 0,
  team {int} NOT NULL, second {int} NOT NULL DEFAULT 0, state {text} NOT NULL, verdict {text} NOT NULL DEFAULT '', correct {small} NOT NULL DEFAULT 0, clear {small} NOT NULL DEFAULT 0,
  visited {int} NOT NULL DEFAULT 0, case_id {int} NOT NULL DEFAULT 0, landing {int} NOT NULL DEFAULT 0,
  appeal {text} NOT NULL DEFAULT '', appealed {int} NOT NULL DEFAULT 0, ver {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (home, campaign, household)
) {clustered};
CREATE INDEX campaign_household_campaign ON campaign_household (campaign, team, area, household);
CREATE INDEX campaign_household_household ON campaign_household (home, household);
-- What was found, for good. answers are codes, numbers and yes or no, on the questions of the pack. key makes a visit
-- that is sent twice one.
CREATE TABLE visit (
  home {int} NOT NULL, id {int} NOT NULL, campaign {int} NOT NULL, household {int} NOT NULL, area {int} NOT NULL, team {int} NOT NULL, second {small} NOT NULL,
  day {int} NOT NULL, account {int} NOT NULL, holder {text} NOT NULL, way {text} NOT NULL, outcome {text} NOT NULL, verdict {text} NOT NULL, correct {small} NOT NULL,
  welfare {int}, answers {bytes} NOT NULL, key {text} NOT NULL, at {int} NOT NULL,
  PRIMARY KEY (home, id)
) {clustered};
CREATE UNIQUE INDEX visit_key ON visit (campaign, key);
CREATE INDEX visit_household ON visit (home, household, id);
