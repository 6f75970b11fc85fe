package overview

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// MonthEnds freezes the figures of each month's end, as a job. A frozen month never changes: what is corrected later
// shows in the figures of now. Freezing twice changes nothing; a month whose freezing was interrupted begins anew, the
// months before it stay. Several processes may freeze: one at a time claims a month.
type MonthEnds struct {
	db       *access.DB
	journal  *journal.Journal
	areas    *area.Service
	registry *registry.Service
	jobs     *job.Runner
	assessed string
	portion  int
}

// Needs is what frozen figures are made with.
type Needs struct {
	DB       *access.DB
	Journal  *journal.Journal
	Registry *registry.Service
	Jobs     *job.Runner
	// Assessed is a query by which a later room tells the latest assessment on day $1 that came to a verdict, of each
	// household of home $2 from after $3 to $4: household, welfare (per person in minor units, null where it is not known)
	// and poor (1 or 0).
	Assessed string
	// Portion is how many households one statement counts; 0 for 50.
	Portion int
}

// NewMonthEnds opens the frozen figures and registers their job.
func NewMonthEnds(n Needs) *MonthEnds {
	m := &MonthEnds{db: n.DB, journal: n.Journal, areas: n.Registry.Areas(), registry: n.Registry, jobs: n.Jobs, assessed: n.Assessed, portion: cmp.Or(n.Portion, 50)}
	n.Jobs.RegisterUpkeep(freezeKind, m.work)
	return m
}

// program is the scope in which figures are frozen.
var program = access.System("figures of a month's end are of all areas; who sees which is decided when they are read")

const (
	// lookEvery is how often it is looked whether a month has ended.
	lookEvery = time.Hour
	// mostMonths is how many ended months a job freezes where none was before: two years, as the trend shows.
	mostMonths = 24
	// claimed is how long a month stays claimed by a job that says no more.
	claimed = clock.Time(10 * 60 * 1_000_000)
	// chunkFigures is how many figures one transaction writes.
	chunkFigures = 2000
)

// Run asks for the freezing of what has ended until ctx is done.
func (m *MonthEnds) Run(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if err := m.Ask(ctx); err != nil && ctx.Err() == nil {
			slog.Error("freeze the figures of a month's end", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

const freezeKind = "month-ends"

// Ask submits the job that freezes the months that have ended, where there are any and none waits or runs.
func (m *MonthEnds) Ask(ctx context.Context) error {
	due, err := m.due(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	var waiting int64
	if err := store.One(ctx, m.db.In(program), "SELECT count(*) FROM job WHERE {checked} AND kind = $1 AND state IN ('queued', 'running')", []any{freezeKind}, &waiting); err != nil {
		return fmt.Errorf("look whether months are being frozen: %w", err)
	}
	if waiting > 0 {
		return nil
	}
	_, err = m.jobs.Submit(ctx, 0, job.Request{Kind: freezeKind, Title: due[len(due)-1].String()[:len("2006-01")], Range: access.Everywhere})
	return err
}

// work is the job: it freezes the months that are due, oldest first.
func (m *MonthEnds) work(ctx context.Context, run *job.Run) error {
	due, err := m.due(ctx)
	if err != nil {
		return err
	}
	f := &freezing{run: run, claim: strconv.FormatInt(run.Job.ID, 10), total: run.Job.Done + int64(len(due)), done: run.Job.Done, counts: run.Job.Counts}
	for _, month := range due {
		if err := m.freeze(ctx, f, month); err != nil {
			if errors.Is(err, errClaimed) {
				return nil
			}
			return err
		}
	}
	return nil
}

// freezing is a job at work: months done, of all.
type freezing struct {
	run         *job.Run
	claim       string
	done, total int64
	counts      job.Counts
	renewed     clock.Time // when the claim was
}

// save notes how far the job got.
func (f *freezing) save(ctx context.Context, tx store.Tx) error {
	return f.run.Save(ctx, tx, f.done, f.total, f.counts, nil)
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
	registry.Assessed
}

// errClaimed says that another job freezes the month.
var errClaimed = errors.New("another job freezes this month")

// freeze freezes a month.
func (m *MonthEnds) freeze(ctx context.Context, f *freezing, month clock.Day) error {
	if err := m.claim(ctx, month, f.claim); err != nil {
		return err
	}
	figures, err := m.read(ctx, f, month)
	if err != nil {
		return err
	}
	first := true
	for some := range slices.Chunk(figures, chunkFigures) {
		if err := m.write(ctx, f, month, some, first); err != nil {
			return err
		}
		first = false
	}
	n := int64(len(figures))
	f.done, f.counts = f.done+1, f.counts.Add(job.Counts{In: n, Created: n})
	return m.finish(ctx, f, month, figures)
}

// claim says that this job freezes a month, unless another has said so a short while ago.
func (m *MonthEnds) claim(ctx context.Context, month clock.Day, claim string) error {
	now := m.journal.Clock().Now()
	return m.db.Tx(ctx, program, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO month_end (month, claimed, claim) VALUES ($1, $2, $3)
			ON CONFLICT (month) DO UPDATE SET claimed = excluded.claimed, claim = excluded.claim WHERE month_end.frozen IS NULL AND (month_end.claim = $3 OR month_end.claimed < $4)`,
			int64(month), int64(now), claim, int64(now-claimed))
		if err == nil && n == 0 {
			return errClaimed
		}
		return err
	})
}

// figureColumns are the sums of a frozen figure in the table, which has them in this order.
const figureColumns = "households, persons, welfare, known, judged, below, judged_households, below_households"

// sums are where the figure has them.
func (f *frozen) sums() []*int64 {
	return []*int64{&f.households, &f.persons, &f.Welfare, &f.Known, &f.Judged, &f.Below, &f.JudgedHouseholds, &f.BelowHouseholds}
}

// read counts the households that were on the register on a day with the status, the members and the assessment of that
// day, as far as is known now, and adds them up along the areas around. It reads each household once, a few at a time,
// so that nobody waits for a count of all of them.
func (m *MonthEnds) read(ctx context.Context, f *freezing, month clock.Day) ([]frozen, error) {
	along := map[place]frozen{}
	for home := int64(math.MinInt64); ; {
		var next *int64
		if err := store.One(ctx, m.db.In(program), "SELECT min(h.home) FROM household h WHERE {checked} AND h.home > $1", []any{home}, &next); err != nil {
			return nil, fmt.Errorf("find the households of a month's end: %w", err)
		}
		if next == nil {
			break
		}
		home = *next
		if err := m.readHome(ctx, f, month, home, along); err != nil {
			return nil, fmt.Errorf("count the households of a month's end: %w", err)
		}
	}
	all := slices.Collect(maps.Values(along))
	slices.SortFunc(all, func(a, b frozen) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.status, b.status))
	})
	return all, nil
}

// place is where and as what households are counted.
type place struct {
	key    int64
	status string
}

// readHome adds the households of a home.
func (m *MonthEnds) readHome(ctx context.Context, freezing *freezing, month clock.Day, home int64, along map[place]frozen) error {
	for after := int64(math.MinInt64); after < math.MaxInt64; {
		last, err := store.All(ctx, m.db.In(program), "SELECT h.id FROM household h WHERE {checked} AND h.home = $1 AND h.id > $2 ORDER BY h.id LIMIT 1 OFFSET $3", []any{home, after, m.portion - 1},
			func(r store.Rows, id *int64) error { return r.Scan(id) })
		if err != nil {
			return err
		}
		last = append(last, math.MaxInt64)
		villages, err := store.All(ctx, m.db.In(program), m.counting(), []any{int64(month), home, after, last[0], m.portion}, func(r store.Rows, f *frozen) error { return scanFrozen(r, f) })
		if err != nil {
			return err
		}
		for _, f := range villages {
			m.add(along, month, f)
		}
		after = last[0]
		if err := m.renew(ctx, freezing, month); err != nil {
			return err
		}
	}
	return nil
}

// counting is the statement that counts the households of home $2 from after $3 to $4 on the day $1 by area and status.
// Which they are is asked first, in their order: with a range of numbers alone SQLite goes through the areas.
func (m *MonthEnds) counting() string {
	return `SELECT area, status, count(*), ` +
		sums("members", "CASE WHEN welfare IS NOT NULL THEN welfare * members END", "CASE WHEN welfare IS NOT NULL THEN members END",
			"CASE WHEN poor IS NOT NULL THEN members END", "poor * members", "CASE WHEN poor IS NOT NULL THEN 1 END", "poor") + ` FROM (SELECT h.area AS area,
			coalesce((SELECT s.status FROM household_status s WHERE s.home = h.home AND s.household = h.id AND s.from_day <= $1 ORDER BY s.at DESC, s.from_day DESC, s.n DESC LIMIT 1), '') AS status,
			(SELECT count(*) FROM membership m WHERE m.home = h.home AND m.household = h.id AND m.from_day <= $1 AND (m.to_day IS NULL OR m.to_day > $1)) AS members, a.welfare AS welfare, a.poor AS poor
			FROM (SELECT id FROM household WHERE {checked} AND home = $2 AND id > $3 AND id <= $4 ORDER BY id LIMIT $5) k
				JOIN household h ON h.home = $2 AND h.id = k.id LEFT JOIN (` + m.assessed + `) a ON a.household = h.id
			WHERE h.opened <= $1 AND (h.closed IS NULL OR h.closed > $1)) x GROUP BY area, status`
}

// add counts what is known of an area's households for it and for those around it.
func (m *MonthEnds) add(along map[place]frozen, month clock.Day, f frozen) {
	for _, key := range append(m.areas.Scheme().Path(f.key), 0) {
		sum := along[place{key, f.status}]
		sum.month, sum.key, sum.status = month, key, f.status
		own := f.sums()
		for i, to := range sum.sums() {
			*to += *own[i]
		}
		along[place{key, f.status}] = sum
	}
}

// sums are the sums of expressions as whole numbers, 0 of nothing.
func sums(of ...string) string {
	for i, one := range of {
		of[i] = "CAST(coalesce(sum(" + one + "), 0) AS bigint)"
	}
	return strings.Join(of, ", ")
}

// scanFrozen reads key, status, figureColumns and what follows.
func scanFrozen(r store.Rows, f *frozen, more ...any) error {
	into := []any{&f.key, &f.status}
	for _, sum := range f.sums() {
		into = append(into, sum)
	}
	return r.Scan(append(into, more...)...)
}

// write stores some figures, the first ones in the place of what an interrupted freezing left.
func (m *MonthEnds) write(ctx context.Context, freezing *freezing, month clock.Day, figures []frozen, first bool) error {
	rows := make([][]any, len(figures))
	for i, f := range figures {
		rows[i] = []any{f.key, int64(f.month), f.status}
		for _, sum := range f.sums() {
			rows[i] = append(rows[i], *sum)
		}
	}
	return m.db.Tx(ctx, program, func(tx store.Tx) error {
		if err := m.mine(ctx, tx, month, freezing.claim); err != nil {
			return err
		}
		if first {
			if _, err := tx.Exec(ctx, "DELETE FROM month_figure WHERE {checked} AND month = $1", int64(month)); err != nil {
				return err
			}
		}
		if err := tx.Bulk(ctx, "month_figure", append([]string{"key", "month", "status"}, strings.Split(figureColumns, ", ")...), rows); err != nil {
			return err
		}
		return freezing.save(ctx, tx)
	})
}

// mine renews the claim on a month.
func (m *MonthEnds) mine(ctx context.Context, tx store.Tx, month clock.Day, claim string) error {
	n, err := tx.Exec(ctx, "UPDATE month_end SET claimed = $3 WHERE month = $1 AND claim = $2 AND frozen IS NULL", int64(month), claim, int64(m.journal.Clock().Now()))
	if err == nil && n == 0 {
		return errClaimed
	}
	return err
}

// renew is mine from time to time, while a month is counted.
func (m *MonthEnds) renew(ctx context.Context, f *freezing, month clock.Day) error {
	now := m.journal.Clock().Now()
	if now < f.renewed+claimed/10 {
		return nil
	}
	f.renewed = now
	return m.db.Tx(ctx, program, func(tx store.Tx) error { return m.mine(ctx, tx, month, f.claim) })
}

// finish closes a month and journals the hash of its figures.
func (m *MonthEnds) finish(ctx context.Context, freezing *freezing, month clock.Day, figures []frozen) error {
	digest := sha256.New()
	for _, f := range figures {
		fmt.Fprintf(digest, "%d %q", f.key, f.status)
		for _, sum := range f.sums() {
			fmt.Fprintf(digest, " %d", *sum)
		}
		fmt.Fprintln(digest)
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
		if err := m.mine(ctx, tx, month, freezing.claim); err != nil {
			return err
		}
		if err := freezing.save(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE month_end SET frozen = $2, hash = $3 WHERE month = $1", int64(month), int64(m.journal.Clock().Now()), hash); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
}
