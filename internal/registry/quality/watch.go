package quality

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/store"
)

const (
	watchEvery = 2 * time.Second
	// watchEvents bounds the events of one look.
	watchEvents = 2000
	// bulk is the number of households changed at a time above which a job looks at them.
	bulk = 300
	// nightly is the hour (UTC) after which the whole register is looked at once a day.
	nightly = 1
)

// Keys of the database's own notes.
const (
	metaWatched = "quality.position" // the position in the journal up to which changes were looked at
	metaNight   = "quality.night"    // the day of the last whole run
)

// Watch looks at the households that changed until ctx is done: every command journals its subjects in its own
// transaction, so that no way into the register is forgotten. Looking twice changes nothing, so several processes may
// watch.
func (s *Service) Watch(ctx context.Context) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		if err := errors.Join(s.Catch(ctx), s.night(ctx)); err != nil && ctx.Err() == nil && !store.Passing(err) {
			slog.Error("follow changes for the list of problems", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Catch looks at the households that changed since it last did; where they are many a job does. A register that was
// never watched is looked at as a whole.
func (s *Service) Catch(ctx context.Context) error {
	pos, err := s.note(ctx, metaWatched)
	if err != nil {
		return err
	}
	if pos == 0 {
		return s.all(ctx)
	}
	before, err := s.newestChanges(ctx)
	switch {
	case err != nil || before.state == job.Queued || before.state == job.Running: // it looks at all that happens until its end
		return err
	case before.state == job.Failed && before.Since == pos: // it would fail again
		return s.all(ctx)
	}
	for {
		events, err := s.journal.Since(ctx, pos, watchEvents)
		if err != nil || len(events) == 0 {
			return err
		}
		met, err := s.changedBy(ctx, events)
		if err != nil {
			return err
		}
		if len(met.households) > s.many {
			return s.followed(ctx, pos)
		}
		if err := s.Check(ctx, met.households); err != nil {
			return fmt.Errorf("look at changed households: %w", err)
		}
		if err := s.checkPlaces(ctx, met.areas); err != nil {
			return fmt.Errorf("look at changed forms of areas: %w", err)
		}
		pos = events[len(events)-1].Pos
		if err := s.remember(ctx, metaWatched, pos); err != nil {
			return err
		}
	}
}

// all has the whole register looked at, and with it all that happened until now.
func (s *Service) all(ctx context.Context) error {
	end, err := s.journal.End(ctx)
	if err != nil || end == 0 {
		return err
	}
	if err := s.whole(ctx); err != nil {
		return err
	}
	return s.remember(ctx, metaWatched, end)
}

// begun notes that a run over the whole register begins: a register that was never watched is watched from here on.
func (s *Service) begun(ctx context.Context) error {
	pos, err := s.note(ctx, metaWatched)
	if err != nil || pos != 0 {
		return err
	}
	end, err := s.journal.End(ctx)
	if err != nil {
		return err
	}
	return s.remember(ctx, metaWatched, end)
}

// whole asks for a run over the whole register, unless one waits to begin.
func (s *Service) whole(ctx context.Context) error {
	var waiting int64
	err := store.One(ctx, s.db.In(program), "SELECT count(*) FROM job WHERE {checked} AND kind = $1 AND area = 0 AND state = 'queued'", []any{JobKind}, &waiting)
	if err != nil || waiting > 0 {
		return err
	}
	_, err = s.submit(ctx, 0, RunArgs{})
	return err
}

// night asks for a run over the whole register once a day; of several processes one does.
func (s *Service) night(ctx context.Context) error {
	now := s.journal.Clock().Now()
	today := now.Day(time.UTC)
	if now < today.Start(time.UTC)+clock.Time(nightly*time.Hour.Microseconds()) {
		return nil
	}
	last, err := s.note(ctx, metaNight)
	if err != nil || last >= int64(today) {
		return err
	}
	first := false
	err = s.db.Tx(ctx, program, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE meta.value <> excluded.value", metaNight, strconv.FormatInt(int64(today), 10))
		first = n > 0
		return err
	})
	if err != nil || !first {
		return err
	}
	return s.whole(ctx)
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
	return s.db.Tx(ctx, program, func(tx store.Tx) error { return noted(ctx, tx, key, n) })
}

// noted stores a number among the database's own notes.
func noted(ctx context.Context, tx store.Tx, key string, n int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, strconv.FormatInt(n, 10))
	return err
}
