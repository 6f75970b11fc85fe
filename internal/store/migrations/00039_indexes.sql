-- +goose Up
-- Which problems wait for somebody's role in his areas is asked with every overview: the index answers it alone.
CREATE INDEX problem_item_waits ON problem_item (owner, role, state, area, class, due, id);
-- Who was erased is looked up at every start.
CREATE INDEX person_erased ON person (erased) WHERE erased IS NOT NULL;
-- Who is kin of a household is asked with every page of one.
CREATE INDEX own_declared_subject ON own_declared (subject, home);
