-- +goose Up
-- Indexes that no question asks: they cost an import time and room for nothing.
DROP INDEX event_cmd;
DROP INDEX person_name;
DROP INDEX staging_state;
