package journal

import (
	"context"
	"fmt"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// Erasure is an erasure that was carried out.
type Erasure struct {
	Home, Person int64
	Approval     int64 // the approval of a second person, 0 where none is known
	At           clock.Time
}

// Erasures is the list of erasures outside the database: a backup still holds the data of a person who was erased
// after it was made, and whoever puts it back has to erase him again.
type Erasures struct {
	ledger *Ledger
	db     store.Querier
}

// NewErasures keeps the erasures of a database in a ledger.
func NewErasures(l *Ledger, db store.Querier) *Erasures { return &Erasures{l, db} }

const erasureForm = "rightkey/%s\nerased %d %d\napproval %d\nat %s\n"

// Add writes an erasure down.
func (e *Erasures) Add(ctx context.Context, one Erasure) error {
	log, err := e.log(ctx)
	if err != nil {
		return err
	}
	return e.ledger.Append(fmt.Sprintf(erasureForm, log, one.Home, one.Person, one.Approval, one.At))
}

// log is the number of the database's log, by which its lines are told from those of another.
func (e *Erasures) log(ctx context.Context) (string, error) {
	log, err := LogOf(ctx, e.db)
	if err == nil && log == "" {
		err = fault.New(fault.Unavailable, "the journal was never sealed; start the server first")
	}
	return log, err
}

// All returns the erasures of this database, in the order in which they were written down.
func (e *Erasures) All(ctx context.Context) ([]Erasure, error) {
	log, err := LogOf(ctx, e.db)
	if err != nil {
		return nil, err
	}
	lines, _, err := e.ledger.Lines()
	if err != nil {
		return nil, err
	}
	var all []Erasure
	for _, line := range lines {
		if line.Err != nil {
			return nil, fault.Wrap(fault.Invalid, line.Err, "line %d of the list of erasures is not signed by this database's keys", line.Number)
		}
		var one Erasure
		var of, at string
		if _, err := fmt.Sscanf(line.Text, "rightkey/%s\nerased %d %d\napproval %d\nat %s\n", &of, &one.Home, &one.Person, &one.Approval, &at); err != nil {
			return nil, fmt.Errorf("line %d of the list of erasures: %w", line.Number, err)
		}
		if one.At, err = clock.ParseTime(at); err != nil {
			return nil, fmt.Errorf("line %d of the list of erasures: %w", line.Number, err)
		}
		if of == log {
			all = append(all, one)
		}
	}
	return all, nil
}

// Covering returns what Verify asks: whether a person's erasure is on the list.
func (e *Erasures) Covering(ctx context.Context) (Erased, error) {
	all, err := e.All(ctx)
	if err != nil {
		return nil, err
	}
	known := map[[2]int64]bool{}
	for _, one := range all {
		known[[2]int64{one.Home, one.Person}] = true
	}
	return func(home, subject int64) bool { return known[[2]int64{home, subject}] }, nil
}
