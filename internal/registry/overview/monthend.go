package overview

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// MonthEnds freezes the figures of each month's end. A frozen month never changes: what is corrected later shows in the
// figures of now. Freezing twice changes nothing; one that was interrupted begins anew. Several processes may freeze:
// one at a time claims a month.
type MonthEnds struct {
	db       *access.DB
	journal  *journal.Journal
	areas    *area.Service
	registry *registry.Service
}

// NewMonthEnds opens the frozen figures.
func NewMonthEnds(db *access.DB, j *journal.Journal, r *registry.Service) *MonthEnds {
	return &MonthEnds{db: db, journal: j, areas: r.Areas(), registry: r}
}

// program is the scope in which figures are frozen.
var program = access.System("figures of a month's end are of all areas; who sees which is decided when they are read")

const (
	// lookEvery is how often it is looked whether a month has ended.
	lookEvery = time.Hour
	// mostMonths is how many ended months are frozen at once where none was before: two years, as the trend shows.
	mostMonths = 24
	// claimed is how long a month stays claimed by a process that says no more.
	claimed = clock.Time(10 * 60 * 1_000_000)
	// chunkFigures is how many figures one transaction writes.
	chunkFigures = 2000
)

// Run freezes what has ended until ctx is done.
func (m *MonthEnds) Run(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if _, err := m.Freeze(ctx); err != nil && ctx.Err() == nil {
			slog.Error("freeze the figures of a month's end", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Freeze freezes the months that have ended since the last frozen one, at most mostMonths, and returns how many.
func (m *MonthEnds) Freeze(ctx context.Context) (int, error) {
	due, err := m.due(ctx)
	if err != nil {
		return 0, err
	}
	for n, month := range due {
		done, err := m.freeze(ctx, month)
		if err != nil || !done {
			return n, err
		}
	}
	return len(due), nil
}

// due are the last days of the ended months that are not frozen, oldest first.
func (m *MonthEnds) due(ctx context.Context) ([]clock.Day, error) {
	var last, first *int64
	if err := store.One(ctx, m.db.In(program), "SELECT max(month) FROM month_end WHERE frozen IS NOT NULL", nil, &last); err != nil {
		return nil, fmt.Errorf("find the last frozen month: %w", err)
	}
	if err := store.One(ctx, m.db.In(program), "SELECT min(opened) FROM household h WHERE {scope h.area}", nil, &first); err != nil {
		return nil, fmt.Errorf("find the first household: %w", err)
	}
	if first == nil {
		return nil, nil
	}
	var due []clock.Day
	for month := monthBefore(m.today()); len(due) < mostMonths && int64(month) >= *first && (last == nil || int64(month) > *last); month = monthBefore(month) {
		due = append(due, month)
	}
	slices.Reverse(due)
	return due, nil
}

func (m *MonthEnds) today() clock.Day { return m.journal.Clock().Now().Day(time.UTC) }

// monthBefore is the last day of the month before that of a day.
func monthBefore(day clock.Day) clock.Day {
	year, month, _ := day.Civil()
	return clock.Date(year, month, 1) - 1
}

// frozen is a figure of an area and a status at the end of a month.
type frozen struct {
	month               clock.Day
	key                 int64
	status              string
	households, persons int64
}

// errClaimed says that another process freezes the month.
var errClaimed = errors.New("another process freezes this month")

// freeze freezes a month; false where another process does.
func (m *MonthEnds) freeze(ctx context.Context, month clock.Day) (bool, error) {
	token, _ := crypt.NewToken()
	if err := m.claim(ctx, month, token); err != nil {
		if errors.Is(err, errClaimed) {
			return false, nil
		}
		return false, err
	}
	figures, err := m.read(ctx, month)
	if err != nil {
		return false, err
	}
	first := true
	for some := range slices.Chunk(figures, chunkFigures) {
		if err := m.write(ctx, month, token, some, first); err != nil {
			return false, err
		}
		first = false
	}
	return true, m.finish(ctx, month, token, figures)
}

// claim says that this process freezes a month, unless another has said so a short while ago.
func (m *MonthEnds) claim(ctx context.Context, month clock.Day, token string) error {
	now := m.journal.Clock().Now()
	return m.db.Tx(ctx, program, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO month_end (month, claimed, claim) VALUES ($1, $2, $3)
			ON CONFLICT (month) DO UPDATE SET claimed = excluded.claimed, claim = excluded.claim WHERE month_end.frozen IS NULL AND month_end.claimed < $4`,
			int64(month), int64(now), token, int64(now-claimed))
		if err == nil && n == 0 {
			return errClaimed
		}
		return err
	})
}

// read counts, in one statement and so at one moment, the households that were on the register on a day with the status
// and the members of that day, as far as is known now, and adds them up along the areas around.
func (m *MonthEnds) read(ctx context.Context, month clock.Day) ([]frozen, error) {
	villages, err := store.All(ctx, m.db.In(program), `SELECT area, status, count(*), CAST(coalesce(sum(members), 0) AS bigint) FROM (SELECT h.area AS area,
			coalesce((SELECT s.status FROM household_status s WHERE s.home = h.home AND s.household = h.id AND s.from_day <= $1 ORDER BY s.at DESC, s.from_day DESC, s.n DESC LIMIT 1), '') AS status,
			(SELECT count(*) FROM membership m WHERE m.home = h.home AND m.household = h.id AND m.from_day <= $1 AND (m.to_day IS NULL OR m.to_day > $1)) AS members
			FROM household h WHERE {scope h.area} AND h.opened <= $1 AND (h.closed IS NULL OR h.closed > $1)) x GROUP BY area, status`, []any{int64(month)},
		func(r store.Rows, f *frozen) error { return r.Scan(&f.key, &f.status, &f.households, &f.persons) })
	if err != nil {
		return nil, fmt.Errorf("count the households of a month's end: %w", err)
	}
	type place struct {
		key    int64
		status string
	}
	sums := map[place]frozen{}
	for _, f := range villages {
		for _, key := range append(m.areas.Scheme().Path(f.key), 0) {
			sum := sums[place{key, f.status}]
			sums[place{key, f.status}] = frozen{month, key, f.status, sum.households + f.households, sum.persons + f.persons}
		}
	}
	all := slices.Collect(maps.Values(sums))
	slices.SortFunc(all, func(a, b frozen) int {
		if a.key != b.key {
			return int(min(1, max(-1, a.key-b.key)))
		}
		return slices.Compare([]byte(a.status), []byte(b.status))
	})
	return all, nil
}

// write stores some figures, the first ones in the place of what an interrupted freezing left.
func (m *MonthEnds) write(ctx context.Context, month clock.Day, token string, figures []frozen, first bool) error {
	rows := make([][]any, len(figures))
	for i, f := range figures {
		rows[i] = []any{f.key, int64(f.month), f.status, f.households, f.persons}
	}
	return m.db.Tx(ctx, program, func(tx store.Tx) error {
		if err := m.mine(ctx, tx, month, token); err != nil {
			return err
		}
		if first {
			if _, err := tx.Exec(ctx, "DELETE FROM month_figure WHERE {checked} AND month = $1", int64(month)); err != nil {
				return err
			}
		}
		return tx.Bulk(ctx, "month_figure", []string{"key", "month", "status", "households", "persons"}, rows)
	})
}

// mine renews the claim on a month.
func (m *MonthEnds) mine(ctx context.Context, tx store.Tx, month clock.Day, token string) error {
	n, err := tx.Exec(ctx, "UPDATE month_end SET claimed = $3 WHERE month = $1 AND claim = $2 AND frozen IS NULL", int64(month), token, int64(m.journal.Clock().Now()))
	if err == nil && n == 0 {
		return errClaimed
	}
	return err
}

// finish closes a month and journals the hash of its figures.
func (m *MonthEnds) finish(ctx context.Context, month clock.Day, token string, figures []frozen) error {
	digest := sha256.New()
	for _, f := range figures {
		fmt.Fprintf(digest, "%d %q %d %d\n", f.key, f.status, f.households, f.persons)
	}
	hash := hex.EncodeToString(digest.Sum(nil))
	command, err := m.journal.Begin(ctx, journal.Who{Role: "system", Why: "end of a month"})
	if err != nil {
		return err
	}
	err = command.Note(ctx, journal.Entry{Kind: "figures.frozen", SubjectKind: "month", Subject: int64(month), ValidOn: &month, Body: map[string]any{"figures": len(figures), "sha256": hash}})
	if err != nil {
		return err
	}
	return m.db.Tx(ctx, program, func(tx store.Tx) error {
		if err := m.mine(ctx, tx, month, token); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE month_end SET frozen = $2, hash = $3 WHERE month = $1", int64(month), int64(m.journal.Clock().Now()), hash); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
}
