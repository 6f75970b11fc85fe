-- +goose Up
-- The case through which an act on a lead goes, and the day until which a household that is to be removed keeps what it
-- gets; 0 for none.
ALTER TABLE check_lead ADD COLUMN case_id {int} NOT NULL DEFAULT 0;
ALTER TABLE check_lead ADD COLUMN landing {int} NOT NULL DEFAULT 0;
