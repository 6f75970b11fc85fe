package registry

import (
	"context"
	"fmt"

	"rightkey/internal/store"
)

// follower is a table whose rows carry the area, and perhaps the household, of the record they are about: they follow
// when that record moves.
type follower struct {
	table     string
	subject   string // the column that names the record
	household bool   // rows also carry the household
}

// followers are all such tables. A table that is missing here would go on showing a record where it was: a test
// compares the list with the schema.
var followers = []follower{
	{"fact_index", "subject", true},
	{"duplicate_side", "person", true},
	{"phone_key", "subject", true},
	{"attachment", "subject", true},
	{"problem_item", "household", false},
	{"quality_mark", "household", false},
	{"assignment", "household", false},
	{"case_file", "household", false},
	{"check_lead", "subject", true},
	{"campaign_household", "household", false},
	{"visit", "household", false},
}

// moveRows brings the rows of records (a household, its dwellings, persons) to the area and household in which these
// are from now on.
func moveRows(ctx context.Context, tx store.Tx, home, area, household int64, subjects ...int64) error {
	for _, f := range followers {
		set := "area = $3"
		args := []any{home, int64(0), area}
		if f.household {
			set, args = set+", household = $4", append(args, household)
		}
		for _, subject := range subjects {
			args[1] = subject
			if _, err := tx.Exec(ctx, "UPDATE "+f.table+" SET "+set+" WHERE {checked} AND home = $1 AND "+f.subject+" = $2", args...); err != nil {
				return fmt.Errorf("move the rows of %s: %w", f.table, err)
			}
		}
	}
	for _, subject := range subjects {
		if err := moveKeys(ctx, tx, home, subject, func(f *found) { f.area = area }); err != nil {
			return fmt.Errorf("move the keys to find by: %w", err)
		}
	}
	return nil
}

// moveSets brings change sets about records to the area in which these are from now on: whoever is responsible there
// decides them, and reads how they were decided.
func moveSets(ctx context.Context, tx store.Tx, home, area int64, subjects ...int64) error {
	args := []any{home, area}
	for _, subject := range subjects {
		args = append(args, subject)
	}
	_, err := tx.Exec(ctx, "UPDATE change_set SET area = $2 WHERE {checked} AND id IN (SELECT set_id FROM change_row WHERE home = $1 AND n = 0 AND subject IN ("+store.In(3, len(subjects))+"))", args...)
	return err
}

// personal are the tables whose rows belong to a person, with the column that names him. They go with him when he
// joins a household of another home; a membership stays where its household is.
var personal = []struct{ table, person string }{
	{"id_claim", "person"}, {"facts", "subject"}, {"fact_index", "subject"}, {"data_key", "subject"}, {"alias", "id"}, {"change_row", "subject"},
	{"duplicate_side", "person"}, {"phone_key", "subject"}, {"legal_hold", "person"}, {"attachment", "subject"}, {"attachment_chunk", "subject"},
	{"own_declared", "subject"}, {"check_lead", "subject"}, {"check_token", "person"},
}

// rehome brings a person's rows from one home to another, so that a household and those who live in it are always in
// one home. What stays is a row without personal data for his past memberships to refer to. His number stays: moved
// says where it is now.
func rehome(ctx context.Context, tx store.Tx, person, from, to int64) error {
	const columns = "number, name, sex, birth, died, id_sealed, id_tail, id_state, ver"
	steps := []struct {
		sql  string
		args []any
	}{
		{"INSERT INTO person (home, id, " + columns + ") SELECT CAST($3 AS bigint), id, " + columns + " FROM person WHERE {checked} AND home = $2 AND id = $1" +
			" ON CONFLICT (home, id) DO UPDATE SET number = excluded.number, name = excluded.name, sex = excluded.sex, birth = excluded.birth, died = excluded.died," +
			" id_sealed = excluded.id_sealed, id_tail = excluded.id_tail, id_state = excluded.id_state, ver = excluded.ver", []any{person, from, to}},
		{"UPDATE person SET name = '', sex = '', birth = NULL, died = NULL, id_sealed = NULL, id_tail = '', id_state = '' WHERE {checked} AND home = $2 AND id = $1", []any{person, from}},
		{"INSERT INTO moved (id, home) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET home = excluded.home", []any{person, to}},
	}
	for _, step := range steps {
		if _, err := tx.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("bring a person to another home: %w", err)
		}
	}
	for _, t := range personal {
		if _, err := tx.Exec(ctx, "UPDATE "+t.table+" SET home = $3 WHERE {checked} AND home = $2 AND "+t.person+" = $1", person, from, to); err != nil {
			return fmt.Errorf("bring a person's rows of %s to another home: %w", t.table, err)
		}
	}
	if err := moveKeys(ctx, tx, from, person, func(f *found) { f.home = to }); err != nil {
		return fmt.Errorf("bring a person's keys to find by to another home: %w", err)
	}
	return nil
}
