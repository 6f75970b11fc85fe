package registry

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// batch is what a chunk of rows comes to.
type batch struct {
	outcomes []outcome
	command  *journal.Command
	keys     []journal.NewKey
	tables   []tableRows
	prepared []*change.Prepared
	found    []found
	writes   []change.Write
}

type tableRows struct {
	table   string
	columns []string
	rows    [][]any
}

// add queues rows of a table, in the order in which tables are first named.
func (b *batch) add(table string, columns []string, rows ...[]any) {
	for i := range b.tables {
		if b.tables[i].table == table {
			b.tables[i].rows = append(b.tables[i].rows, rows...)
			return
		}
	}
	b.tables = append(b.tables, tableRows{table, columns, rows})
}

// hashed are the tables whose rows lie in the order of a hash.
var hashed = []string{"id_claim"}

// sort brings the rows of tables that lie in the order of a hash into that order, so that a page of the index that
// several of them go to is looked for once.
func (b *batch) sort() {
	for _, t := range b.tables {
		if !slices.Contains(hashed, t.table) {
			continue
		}
		slices.SortFunc(t.rows, func(x, y []any) int {
			return bytes.Compare(x[0].([]byte), y[0].([]byte))
		})
	}
}

// counts are the outcomes; what came in is counted when the rows are checked.
func (b *batch) counts() job.Counts {
	var c job.Counts
	for _, o := range b.outcomes {
		switch o {
		case created:
			c.Created++
		case updated:
			c.Updated++
		case unchanged:
			c.Unchanged++
		case rejected:
			c.Rejected++
		}
	}
	return c
}

// store writes the batch.
func (b *batch) store(ctx context.Context, tx store.Tx) error {
	if err := journal.StoreKeys(ctx, tx, b.keys); err != nil {
		return err
	}
	for _, t := range b.tables {
		if err := tx.Bulk(ctx, t.table, t.columns, t.rows); err != nil {
			return err
		}
	}
	if err := storeLate(ctx, tx, b.found); err != nil {
		return err
	}
	for _, p := range b.prepared {
		if err := p.Store(ctx, tx); err != nil {
			return err
		}
	}
	for _, write := range b.writes {
		if err := write(ctx, tx); err != nil {
			return err
		}
	}
	return b.command.Append(ctx, tx)
}

// plan decides what becomes of each row and prepares the writes; dry prepares none.
func (r *importRun) plan(ctx context.Context, rows []parsed, dry bool) (*batch, error) {
	b := &batch{outcomes: make([]outcome, len(rows))}
	r.time = r.s.punctual(r.scope)
	if !dry {
		c := r.scope.Caller()
		var err error
		if b.command, err = r.s.journal.Begin(ctx, journal.Who{Account: c.Account, Role: r.scope.Role(r.im.Area), Place: c.Place, Why: change.ImportReason(r.im.ID)}); err != nil {
			return nil, err
		}
	}
	switch r.im.Mapping.Subject {
	case SubjectHousehold:
		return b, r.planHouseholds(ctx, b, rows, dry)
	case SubjectPerson:
		return b, r.planPersons(ctx, b, rows, dry)
	case SubjectDwelling:
		return b, r.planDwellings(ctx, b, rows, dry)
	}
	if IsPlace(r.r.pack, r.im.Mapping.Subject) {
		return b, r.planPlaces(ctx, b, rows, dry)
	}
	return b, r.planEntries(ctx, b, rows, dry)
}

// known is where a key of the file's source leads.
type known struct{ home, id int64 }

// alias names the records of a subject in the file's source.
func (r *importRun) alias(subject string) string { return r.im.Mapping.Source + "/" + subject }

// lookup finds the records behind keys.
func (r *importRun) lookup(ctx context.Context, subject string, keys []string) (map[string]known, error) {
	if r.im.Mapping.Source == RegisterSource {
		return r.lookupNumbers(ctx, subject, keys)
	}
	found := map[string]known{}
	for some := range slices.Chunk(keys, 400) {
		args := []any{r.alias(subject)}
		for _, k := range some {
			args = append(args, k)
		}
		pairs, err := store.All(ctx, r.s.db.In(r.scope), "SELECT key, home, id FROM alias WHERE source = $1 AND key IN ("+store.In(2, len(some))+")", args,
			func(rows store.Rows, p *struct {
				key string
				known
			}) error {
				return rows.Scan(&p.key, &p.home, &p.id)
			})
		if err != nil {
			return nil, fmt.Errorf("look up keys: %w", err)
		}
		for _, p := range pairs {
			found[p.key] = p.known
		}
	}
	return found, nil
}

func keysOf(rows []parsed, key func(parsed) string) []string {
	keys := make([]string, 0, len(rows))
	for _, p := range rows {
		if k := key(p); k != "" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// revise prepares the changes of a record that exists already: what the row says and the register does not, of it and
// of what belongs to it.
func (r *importRun) revise(ctx context.Context, b *batch, p *parsed, kind string, id int64, values change.Values, dry bool) (outcome, error) {
	subject := r.s.changes.Subject(kind)
	record, err := subject.Load(ctx, r.scope, id, p.day)
	if fault.Is(err, fault.NotFound) {
		p.reject(r.im.Mapping.Key, "outside")
		return rejected, nil
	}
	if err != nil {
		return rejected, err
	}
	base := record.Ver
	if p.version > 0 {
		base = p.version
	}
	belongings, err := r.belongings(ctx, p, record)
	if err != nil {
		return rejected, err
	}
	return r.submit(ctx, b, p, append([]change.Row{{SubjectKind: kind, Subject: id, BaseVer: base, Set: values}}, belongings...), updated, dry)
}

// submit prepares changes of records as one set; done is the outcome where they change anything.
func (r *importRun) submit(ctx context.Context, b *batch, p *parsed, rows []change.Row, done outcome, dry bool) (outcome, error) {
	draft := change.Draft{Source: change.File, Title: "import " + r.im.Name, Reason: change.ImportReason(r.im.ID), Job: r.im.Job, ValidOn: &p.day,
		Rows: rows}
	prepared, err := r.s.changes.Prepare(ctx, r.scope, draft)
	if shut := ShutOf(err); shut != nil {
		r.shut(p, shut)
		return rejected, nil
	}
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Forbidden) {
		p.reject(r.im.Mapping.Key, "refused", "reason", refusalText(err))
		return rejected, nil
	}
	if err != nil {
		return rejected, err
	}
	if prepared.Set.State == change.Unchanged {
		return unchanged, nil
	}
	if !dry {
		b.prepared = append(b.prepared, prepared)
	}
	return done, nil
}
