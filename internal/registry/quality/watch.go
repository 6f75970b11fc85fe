package quality

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"time"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

const (
	watchEvery = 2 * time.Second
	// overlap is how far back each look reaches: an event bears the time at which its command began, and no write
	// transaction lasts longer than this.
	overlap = clock.Time(60_000_000)
	// latest is the same for a run over the whole register, which begins a little later anyway.
	latest = clock.Time(5_000_000)
	// bulk is the number of changed households from which on a job looks at all of them: an import, a transfer.
	bulk = 300
	// watchEvents bounds the events of one look.
	watchEvents = 5000
	// nightly is the hour (UTC) after which the whole register is looked at once a day.
	nightly = 1
)

// Keys of the database's own notes.
const (
	metaWatched = "quality.watched" // the moment from which on the next look reads
	metaNight   = "quality.night"   // the day of the last whole run
)

// Watcher follows what is journalled and looks at the households that changed: every command journals its subjects in
// its own transaction, so that no way into the register is forgotten. Looking twice changes nothing, so several
// processes may watch.
type Watcher struct {
	s    *Service
	seen map[int64]clock.Time // events that were followed, for as long as looks overlap
}

// NewWatcher makes a watcher.
func NewWatcher(s *Service) *Watcher { return &Watcher{s: s, seen: map[int64]clock.Time{}} }

// Run follows changes until ctx is done.
func (w *Watcher) Run(ctx context.Context) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		if err := errors.Join(w.Catch(ctx), w.night(ctx)); err != nil && ctx.Err() == nil && !store.Passing(err) {
			slog.Error("follow changes for the list of problems", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// change is an event that changed a household or a part of it.
type change struct {
	id, home, subject int64
	kind              string
	area              int64
	at                clock.Time
}

// Catch looks at the households that changed since it last did. A register that was never watched is looked at as a
// whole, and so it is when very many households changed.
func (w *Watcher) Catch(ctx context.Context) error {
	from, err := w.s.note(ctx, metaWatched)
	if err != nil {
		return err
	}
	now := w.s.journal.Clock().Now()
	if from == 0 {
		return w.all(ctx, now)
	}
	after := change{at: clock.Time(from)}
	met := map[int64]bool{}
	var changes []change
	for {
		page, full, err := w.changes(ctx, &after)
		if err != nil {
			return err
		}
		if err := w.households(ctx, page, met); err != nil {
			return err
		}
		if changes = append(changes, page...); len(met) > bulk {
			return w.all(ctx, now)
		}
		if !full {
			break
		}
	}
	if len(changes) == 0 {
		return nil
	}
	if err := w.s.Check(ctx, slices.Sorted(maps.Keys(met))); err != nil {
		return fmt.Errorf("look at changed households: %w", err)
	}
	if err := w.s.checkPlaces(ctx, formsOf(changes)); err != nil {
		return fmt.Errorf("look at changed forms of areas: %w", err)
	}
	for _, c := range changes {
		w.seen[c.id] = c.at
	}
	maps.DeleteFunc(w.seen, func(_ int64, at clock.Time) bool { return at < now-2*overlap })
	return w.s.remember(ctx, metaWatched, max(from, int64(now-overlap)))
}

// all has the whole register looked at, and with it all that changed until a little while ago.
func (w *Watcher) all(ctx context.Context, now clock.Time) error {
	if err := w.whole(ctx); err != nil {
		return err
	}
	return w.s.remember(ctx, metaWatched, int64(now-latest))
}

// changes are the next events that were not followed yet and changed something; full says that there may be more.
// after moves on.
func (w *Watcher) changes(ctx context.Context, after *change) (fresh []change, full bool, err error) {
	found, err := store.All(ctx, w.s.db.In(program), `SELECT e.id, e.home, e.subject, e.subject_kind, e.area, e.at FROM event e
		WHERE {checked} AND (e.at, e.home, e.id) > ($1, $2, $3) AND (e.subject_kind IN ('household', 'person', 'dwelling', 'income', 'expenditure')
			OR EXISTS (SELECT 1 FROM place l WHERE l.home = e.home AND l.id = e.subject))
		AND e.kind NOT LIKE '%.read' AND e.kind NOT LIKE '%.listed' AND e.kind NOT LIKE '%.exported' AND e.kind NOT LIKE '%.assessed'
		AND e.kind NOT LIKE '%.problem%' ORDER BY e.at, e.home, e.id LIMIT $4`, []any{int64(after.at), after.home, after.id, watchEvents},
		func(r store.Rows, c *change) error {
			return r.Scan(&c.id, &c.home, &c.subject, &c.kind, &c.area, (*int64)(&c.at))
		})
	if err != nil {
		return nil, false, fmt.Errorf("read what changed: %w", err)
	}
	for _, c := range found {
		if _, followed := w.seen[c.id]; !followed {
			fresh = append(fresh, c)
		}
		*after = c
	}
	return fresh, len(found) == watchEvents, nil
}

// households adds those that changes are about: of a person the ones he belongs or belonged to.
func (w *Watcher) households(ctx context.Context, changes []change, into map[int64]bool) error {
	met := map[int64]bool{}
	for _, c := range changes {
		if len(into) > bulk {
			return nil
		}
		if c.kind == registry.SubjectHousehold {
			into[c.subject] = true
			continue
		}
		if met[c.subject] || c.aboutPlace() {
			continue
		}
		met[c.subject] = true
		found, err := store.All(ctx, w.s.db.In(program), householdOf[c.kind], []any{c.home, c.subject}, scanID)
		if err != nil {
			return fmt.Errorf("find the household of a change: %w", err)
		}
		for _, id := range found {
			into[id] = true
		}
	}
	return nil
}

// aboutPlace says whether a form of an area changed.
func (c change) aboutPlace() bool {
	return c.kind != registry.SubjectHousehold && householdOf[c.kind] == ""
}

// formsOf are the areas whose forms changed.
func formsOf(changes []change) []int64 {
	var areas []int64
	for _, c := range changes {
		if c.aboutPlace() {
			areas = append(areas, c.area)
		}
	}
	return areas
}

// householdOf finds the households of a part.
var householdOf = map[string]string{
	registry.SubjectPerson:      "SELECT household FROM membership WHERE {checked} AND home = $1 AND person = $2",
	registry.SubjectDwelling:    "SELECT household FROM dwelling WHERE {checked} AND home = $1 AND id = $2",
	registry.SubjectIncome:      "SELECT household FROM entry WHERE {checked} AND home = $1 AND id = $2",
	registry.SubjectExpenditure: "SELECT household FROM entry WHERE {checked} AND home = $1 AND id = $2",
}

// whole asks for a run over the whole register, unless one waits to begin.
func (w *Watcher) whole(ctx context.Context) error {
	var waiting int64
	err := store.One(ctx, w.s.db.In(program), "SELECT count(*) FROM job WHERE {checked} AND kind = $1 AND area = 0 AND state = 'queued'", []any{JobKind}, &waiting)
	if err != nil || waiting > 0 {
		return err
	}
	_, err = w.s.submit(ctx, 0, RunArgs{})
	return err
}

// night asks for a run over the whole register once a day; of several processes one does.
func (w *Watcher) night(ctx context.Context) error {
	now := w.s.journal.Clock().Now()
	today := now.Day(time.UTC)
	if now < today.Start(time.UTC)+clock.Time(nightly*time.Hour.Microseconds()) {
		return nil
	}
	last, err := w.s.note(ctx, metaNight)
	if err != nil || last >= int64(today) {
		return err
	}
	first := false
	err = w.s.db.Tx(ctx, program, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE meta.value <> excluded.value", metaNight, strconv.FormatInt(int64(today), 10))
		first = n > 0
		return err
	})
	if err != nil || !first {
		return err
	}
	return w.whole(ctx)
}

// note reads a number of the database's own notes, 0 if there is none.
func (s *Service) note(ctx context.Context, key string) (int64, error) {
	var text string
	err := store.One(ctx, s.db.In(program), "SELECT value FROM meta WHERE key = $1", []any{key}, &text)
	if errors.Is(err, store.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", key, err)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.Wrap(fault.Internal, err, "read %s", key)
	}
	return n, nil
}

func (s *Service) remember(ctx context.Context, key string, n int64) error {
	return s.db.Tx(ctx, program, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, strconv.FormatInt(n, 10))
		return err
	})
}
