package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// SQLite chooses its indexes by what sqlite_stat1 says of them. It is never measured: a measured register would change
// its plans from day to day, and an empty one would be told that reading a whole table is cheap. Instead every
// database is told once what holds for a large county: rows of a home are all there are, rows of a household few.
const plannedRows = 1_000_000

// plannedValues is how many different values a column has in a large county; columns that are not here have ten.
var plannedValues = map[string]int{
	"home": 1, "area": 5_000, "household": 300_000, "subject": 300_000, "person": plannedRows, "id": plannedRows, "n": 3, "number": plannedRows,
	"owner": 1_000, "under": 300_000,
	"item": 100, "layer": 3, "num": 1000, "txt": 20, "key": 100_000, "digits": plannedRows, "account": 50, "at": 500_000, "pos": plannedRows,
	"source": 3, "from_day": 50, "set_id": 10_000, "token": plannedRows,
	"id_hash": plannedRows, "mark": 100_000, "pair": plannedRows, "attachment": 300_000, "case_id": 300_000, "day": 5_000, "due": 5_000,
	"from_area": 5_000, "to_area": 5_000, "list": 100, "batch": 1_000, "sitting": 10_000, "notice": 10_000,
}

// tellPlanner writes what the planner is to assume of every index of the tables that grow with the register.
func tellPlanner(ctx context.Context, db *sql.DB) error {
	wanted, err := plannedStatistics(ctx, db)
	if err != nil {
		return fmt.Errorf("read the indexes: %w", err)
	}
	if told, err := toldPlanner(ctx, db); err != nil || maps.Equal(told, textsOf(wanted)) {
		return err
	}
	if _, err := db.ExecContext(ctx, "ANALYZE meta"); err != nil { // makes the table of statistics
		return fmt.Errorf("make the table of statistics: %w", err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, "DELETE FROM sqlite_stat1"); err != nil {
		return err
	}
	for _, index := range slices.Sorted(maps.Keys(wanted)) {
		s := wanted[index]
		if _, err := tx.ExecContext(ctx, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", s.table, index, s.text()); err != nil {
			return err
		}
	}
	// Connections that are open already read what is told when the schema changes.
	for _, sql := range []string{"CREATE TABLE planner_told (n INTEGER) STRICT", "DROP TABLE planner_told"} {
		if _, err := tx.ExecContext(ctx, sql); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// toldPlanner is what the planner was told of each index.
func toldPlanner(ctx context.Context, db *sql.DB) (map[string]string, error) {
	told := map[string]string{}
	var is bool
	if err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1')").Scan(&is); err != nil || !is {
		return told, err
	}
	rows, err := db.QueryContext(ctx, "SELECT coalesce(idx, tbl), stat FROM sqlite_stat1")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var index, text string
		if err := rows.Scan(&index, &text); err != nil {
			return nil, err
		}
		told[index] = text
	}
	return told, rows.Err()
}

func textsOf(wanted map[string]planned) map[string]string {
	texts := make(map[string]string, len(wanted))
	for index, s := range wanted {
		texts[index] = s.text()
	}
	return texts
}

// planned is what is assumed of an index.
type planned struct {
	table   string
	unique  bool
	columns []string
}

// text is the row count, then for each leading run of columns how many rows share its values.
func (p planned) text() string {
	out := []string{fmt.Sprint(plannedRows)}
	share := plannedRows
	for i, column := range p.columns {
		values, known := plannedValues[column]
		if !known {
			values = 10
		}
		share = max(1, share/values)
		if p.unique && i == len(p.columns)-1 {
			share = 1
		}
		out = append(out, fmt.Sprint(share))
	}
	return strings.Join(out, " ")
}

// plannedStatistics lists the indexes of the tables with a home: of these there are rows for every household.
func plannedStatistics(ctx context.Context, db *sql.DB) (map[string]planned, error) {
	rows, err := db.QueryContext(ctx, `SELECT m.name, l.name, l."unique", i.name FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i
		WHERE m.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'home') ORDER BY m.name, l.name, i.seqno`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]planned{}
	for rows.Next() {
		var table, index, column string
		var unique bool
		if err := rows.Scan(&table, &index, &unique, &column); err != nil {
			return nil, err
		}
		p := found[index]
		p.table, p.unique, p.columns = table, unique, append(p.columns, column)
		found[index] = p
	}
	return found, rows.Err()
}
