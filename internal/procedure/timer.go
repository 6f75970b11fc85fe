package procedure

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/store"
)

// tick is what the clocks of a case are once it enters a state: some stop, some stand still or go on, some start.
func (s *Service) tick(d *Definition, before []Running, state string) []Running {
	today := s.Today()
	ended := d.State(state).End != Goes
	running := slices.Clone(before)
	for _, t := range d.Clocks {
		i := slices.IndexFunc(running, func(r Running) bool { return r.Code == t.Code })
		if i >= 0 && running[i].Stopped == 0 {
			r := &running[i]
			switch {
			case ended || slices.Contains(t.To, state):
				r.Stopped = today
			case slices.Contains(t.Pauses, state):
				if r.Paused == 0 {
					r.Paused = today
				}
			case r.Paused != 0:
				r.Amber, r.Red, r.Paused = r.Amber+today-r.Paused, r.Red+today-r.Paused, 0
			}
			continue
		}
		if ended || !slices.Contains(t.From, state) {
			continue
		}
		fresh := Running{Code: t.Code, Started: today}
		fresh.Amber, fresh.Red = t.span(*d.calendar, today)
		if i >= 0 {
			running[i] = fresh
		} else {
			running = append(running, fresh)
		}
	}
	return running
}

// clocks returns the clocks of a case.
func (s *Service) clocks(ctx context.Context, scope access.Scope, c Case) ([]Running, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT code, started, amber, red, paused, stopped, escalated FROM case_clock WHERE {checked} AND home = $1 AND case_id = $2 ORDER BY started, code",
		[]any{c.Home, c.ID}, func(r store.Rows, one *Running) error {
			return r.Scan(&one.Code, (*int64)(&one.Started), (*int64)(&one.Amber), (*int64)(&one.Red), (*int64)(&one.Paused), (*int64)(&one.Stopped), (*int64)(&one.Escalated))
		})
	if err != nil {
		return nil, fmt.Errorf("read the clocks of a case: %w", err)
	}
	return found, nil
}

// Colours are what the clocks of cases that run are today, by case: red where one is, else amber where one is. The
// others are left out.
func (s *Service) Colours(ctx context.Context, scope access.Scope, cases []Case) (map[int64]string, error) {
	byHome := map[int64][]int64{}
	for _, c := range cases {
		byHome[c.Home] = append(byHome[c.Home], c.ID)
	}
	colours := map[int64]string{}
	for home, ids := range byHome {
		for part := range slices.Chunk(ids, 500) {
			args := append([]any{home, int64(s.Today())}, store.Padded(part)...)
			_, err := store.All(ctx, s.db.In(scope), "SELECT case_id, max(CASE WHEN red < $2 THEN 1 ELSE 0 END) FROM case_clock WHERE {checked} AND home = $1 AND stopped = 0 AND paused = 0 AND amber < $2 AND case_id IN ("+store.In(3, len(args)-2)+") GROUP BY case_id", args,
				func(r store.Rows, _ *struct{}) error {
					var id, red int64
					if err := r.Scan(&id, &red); err != nil {
						return err
					}
					colours[id] = []string{"amber", "red"}[red]
					return nil
				})
			if err != nil {
				return nil, fmt.Errorf("read the clocks of cases: %w", err)
			}
		}
	}
	return colours, nil
}

// Escalate shows cases with a clock that has turned red to the role above, once for each clock. It returns how many;
// the program calls it again and again.
func (s *Service) Escalate(ctx context.Context) (int, error) {
	system := access.System("terms that have run out are shown one level higher")
	n := 0
	for {
		type late struct {
			home, of int64
			code     string
		}
		list, err := store.All(ctx, s.db.In(system), "SELECT home, case_id, code FROM case_clock WHERE {checked} AND stopped = 0 AND escalated = 0 AND paused = 0 AND red < $1 ORDER BY home, case_id, code LIMIT $2",
			[]any{int64(s.Today()), chunk}, func(r store.Rows, l *late) error { return r.Scan(&l.home, &l.of, &l.code) })
		if err != nil || len(list) == 0 {
			return n, err
		}
		for _, l := range list {
			c, err := s.Case(ctx, system, l.of)
			if err != nil {
				return n, err
			}
			if err := s.escalate(ctx, system, c, l.code); err != nil {
				return n, err
			}
			n++
		}
	}
}

func (s *Service) escalate(ctx context.Context, system access.Scope, c Case, code string) error {
	d, err := s.Definition(c)
	if err != nil {
		return err
	}
	waits := c.Waits
	if t := d.Timer(code); t != nil && !slices.Contains(waits, t.Escalate) {
		waits = append(slices.Clone(waits), t.Escalate)
	}
	w := s.writer(system)
	w.as, w.why = system.Acting(c.Area), "a term has run out"
	w.entries = append(w.entries, c.entry("case.escalated", c.Ver+1, map[string]any{"clock": code}))
	w.bump(c)
	w.add("UPDATE case_file SET waits = $3 WHERE {checked} AND home = $1 AND id = $2", c.Home, c.ID, listed(waits))
	w.steps = append(w.steps, func(ctx context.Context, tx store.Tx, at clock.Time) error {
		_, err := tx.Exec(ctx, "UPDATE case_clock SET escalated = $4 WHERE {checked} AND home = $1 AND case_id = $2 AND code = $3", c.Home, c.ID, code, int64(at))
		return err
	})
	return w.write(ctx)
}
