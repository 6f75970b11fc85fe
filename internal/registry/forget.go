package registry

import (
	"context"
	"fmt"

	"rightkey/internal/store"
)

// forgotten is what happens to a table when a person is erased. Columns are those that lose what they hold of him; nil
// stands for whole rows. In the statement $1 is the home and $2 the person.
type forgotten struct {
	table   string
	columns []string
	sql     string
}

// forgetting is everything that holds data of a person, in the order in which it goes. A table that a room adds and
// that can hold a person's text is named here, or excused in the test that looks through the schema.
var forgetting = []forgotten{
	{"facts", nil, "DELETE FROM facts WHERE {checked} AND home = $1 AND subject = $2"},
	{"fact_index", nil, "DELETE FROM fact_index WHERE {checked} AND home = $1 AND subject = $2"},
	{"id_claim", nil, "DELETE FROM id_claim WHERE {checked} AND home = $1 AND person = $2"},
	{"alias", nil, "DELETE FROM alias WHERE home = $1 AND id = $2"},
	{"duplicate_side", nil, "DELETE FROM duplicate_side WHERE {checked} AND home = $1 AND person = $2"},
	{"phone_key", nil, "DELETE FROM phone_key WHERE {checked} AND home = $1 AND subject = $2"},
	{"attachment_chunk", nil, "DELETE FROM attachment_chunk WHERE {checked} AND home = $1 AND subject = $2"},
	{"attachment", nil, "DELETE FROM attachment WHERE {checked} AND home = $1 AND subject = $2"},
	{"problem_item", []string{"reason"}, "UPDATE problem_item SET reason = '' WHERE {checked} AND home = $1 AND subject = $2"},
	{"check_token", nil, "DELETE FROM check_token WHERE {checked} AND home = $1 AND person = $2"},
	{"check_lead", []string{"evidence", "signs", "body"}, "UPDATE check_lead SET evidence = '', signs = '', body = NULL WHERE {checked} AND home = $1 AND subject = $2"},
	// A household's marks are made anew when its rules run next.
	{"quality_mark", []string{"mark"}, `DELETE FROM quality_mark WHERE {checked} AND home = $1 AND mark IS NOT NULL
		AND household IN (SELECT m.household FROM membership m WHERE m.home = $1 AND m.person = $2)`},
	{"entry", []string{"source", "evidence"}, "UPDATE entry SET source = '', evidence = '' WHERE {checked} AND home = $1 AND person = $2"},
	{"membership", []string{"reason"}, "UPDATE membership SET reason = '' WHERE {checked} AND home = $1 AND person = $2"},
	{"household", []string{"head_name"}, "UPDATE household SET head_name = '' WHERE {checked} AND home = $1 AND head = $2"},
	// A set of which nothing is left to decide is withdrawn.
	{"change_set", []string{}, `UPDATE change_set SET ver = ver + 1,
		rows = (SELECT count(*) FROM change_row r WHERE r.set_id = change_set.id AND NOT (r.home = $1 AND r.subject = $2)),
		state = CASE WHEN state IN ('waiting', 'conflict') AND NOT EXISTS (SELECT 1 FROM change_row r WHERE r.set_id = change_set.id AND NOT (r.home = $1 AND r.subject = $2))
			THEN 'withdrawn' ELSE state END
		WHERE {checked} AND id IN (SELECT r.set_id FROM change_row r WHERE r.home = $1 AND r.subject = $2)`},
	{"change_conflict", nil, `DELETE FROM change_conflict WHERE {checked}
		AND (set_id, n) IN (SELECT r.set_id, r.n FROM change_row r WHERE r.home = $1 AND r.subject = $2)`},
	{"change_row", nil, "DELETE FROM change_row WHERE {checked} AND home = $1 AND subject = $2"},
	{"event_body", nil, "DELETE FROM event_body WHERE {checked} AND home = $1 AND id IN (SELECT e.id FROM event e WHERE e.home = $1 AND e.subject = $2)"},
	// What was printed about him is no longer confirmed by its code.
	{"document", nil, "DELETE FROM document WHERE {checked} AND home = $1 AND subject = $2"},
	{"own_declared", nil, "DELETE FROM own_declared WHERE {checked} AND home = $1 AND subject = $2"},
	{"legal_hold", nil, "DELETE FROM legal_hold WHERE {checked} AND home = $1 AND person = $2"},
	{"data_key", nil, "DELETE FROM data_key WHERE home = $1 AND subject = $2"},
	{"person", []string{"name", "sex", "id_sealed", "id_tail", "id_state"}, `UPDATE person SET name = '', sex = '', birth = NULL, died = NULL,
		id_sealed = NULL, id_tail = '', id_state = '' WHERE {checked} AND home = $1 AND id = $2`},
}

// forgetPerson takes away all that the register holds of a person; his row stays without identity. The bodies of his
// events go and their headers stay, so that the journal still verifies.
func forgetPerson(ctx context.Context, tx store.Tx, home, person int64) error {
	if _, err := takeKeys(ctx, tx, home, person); err != nil {
		return fmt.Errorf("forget by what a person is found: %w", err)
	}
	for _, f := range forgetting {
		if _, err := tx.Exec(ctx, f.sql, home, person); err != nil {
			return fmt.Errorf("forget a person in %s: %w", f.table, err)
		}
	}
	return nil
}
