package duplicate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// examineChunk is how many persons are compared with the register at once.
const examineChunk = 50

// Examine compares registered persons with the register and brings their pairs in line with what is found. Doing it
// again changes nothing.
func (s *Service) Examine(ctx context.Context, persons []int64) error {
	for some := range slices.Chunk(persons, examineChunk) {
		if err := s.examine(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) examine(ctx context.Context, persons []int64) error {
	list, err := s.registry.IdentitiesOf(ctx, persons)
	if err != nil {
		return err
	}
	found, err := s.alike(ctx, list)
	if err != nil {
		return err
	}
	met := map[key]bool{}
	var likes []likeness
	for i, who := range list {
		for _, one := range found[i] {
			at := keyOf(who.ID, one.Person.ID)
			if met[at] {
				continue
			}
			met[at] = true
			like, err := s.likeness(who, one)
			if err != nil {
				return err
			}
			likes = append(likes, like)
		}
	}
	var left []Pair
	for _, column := range []string{"p.one", "p.other"} {
		stored, err := s.pairsOf(ctx, column, persons)
		if err != nil {
			return err
		}
		for at, p := range stored {
			if !met[at] {
				met[at] = true
				left = append(left, p)
			}
		}
	}
	alike, lapsed, err := s.reexamine(ctx, left)
	if err != nil {
		return err
	}
	_, err = s.settle(ctx, append(likes, alike...), lapsed, nil)
	return err
}

// reexamine judges open pairs of which a look at one side did not find the other.
func (s *Service) reexamine(ctx context.Context, pairs []Pair) (alike []likeness, lapsed []Pair, err error) {
	pairs = slices.DeleteFunc(pairs, func(p Pair) bool { return p.State != Open && p.State != Postponed })
	if len(pairs) == 0 {
		return nil, nil, nil
	}
	slices.SortFunc(pairs, func(a, b Pair) int { return cmp.Compare(a.ID, b.ID) })
	j, err := s.judge(ctx)
	if err != nil {
		return nil, nil, err
	}
	var ids []int64
	for _, p := range pairs {
		ids = append(ids, p.One, p.Other)
	}
	slices.Sort(ids)
	list, err := s.registry.IdentitiesOf(ctx, slices.Compact(ids))
	if err != nil {
		return nil, nil, err
	}
	people := map[int64]registry.Identity{}
	for _, who := range list {
		people[who.ID] = who
	}
	return s.again(j, pairs, func(id int64) (registry.Identity, bool) { who, ok := people[id]; return who, ok })
}

// again judges stored pairs that nothing brought together this time: a run divides the register otherwise than a look
// at a newcomer does. Lapsed are those whose persons are gone or no longer alike.
func (s *Service) again(j *judge, pairs []Pair, person func(int64) (registry.Identity, bool)) (alike []likeness, lapsed []Pair, err error) {
	for _, p := range pairs {
		one, ok := person(p.One)
		other, both := person(p.Other)
		if !ok || !both {
			lapsed = append(lapsed, p)
			continue
		}
		like, kept, err := s.like(j, one, other)
		if err != nil {
			return nil, nil, err
		}
		if kept {
			alike = append(alike, like)
		} else {
			lapsed = append(lapsed, p)
		}
	}
	return alike, lapsed, nil
}

// like judges two persons as newcomers are judged: one pair has one probability, wherever it was found. kept says
// whether it falls into a zone that is kept.
func (s *Service) like(j *judge, a, b registry.Identity) (like likeness, kept bool, err error) {
	judged := j.compare(a, b)
	costs, err := s.Policy(a.Area)
	if err != nil {
		return likeness{}, false, err
	}
	zone := costs.Zone(judged.Probability)
	if zone == Different {
		return likeness{}, false, nil
	}
	like, err = s.likeness(a, Alike{b, judged, zone})
	return like, true, err
}

// likeness is what the queue keeps of a comparison: the dearer of the two areas' costs counts.
func (s *Service) likeness(who registry.Identity, one Alike) (likeness, error) {
	costs, err := s.Policy(who.Area)
	if err != nil {
		return likeness{}, err
	}
	held := costs.Act == Hold || costs.Import == Hold
	like := likeness{a: who, b: one.Person, pair: one.Pair, zone: one.Zone, rank: costs.Stake(one.Pair.Probability), held: held}
	if like.a.ID > like.b.ID {
		like.a, like.b = like.b, like.a
	}
	return like, nil
}

const (
	watchEvery  = 2 * time.Second
	watchEvents = 2000
	// metaWatched notes the position in the journal up to which the room has followed it.
	metaWatched = "duplicate.watched"
)

// entering are the events after which a person may be like others.
var entering = []string{"person.created", "person.changed", "person.identified", "person.moved", "person.joined"}

// Watch follows the journal until ctx is done: whoever is written on whatever way is compared with the register.
func (s *Service) Watch(ctx context.Context) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		if err := s.Catch(ctx); err != nil && ctx.Err() == nil && !store.Passing(err) {
			slog.Error("follow the journal for persons registered twice", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Catch compares everybody who was written since it last did. A register that was never followed is compared as a
// whole, and so it is after very many changes. While the whole register is compared, who was written meanwhile waits:
// that comparison may teach another model.
func (s *Service) Catch(ctx context.Context) error {
	pos, known, err := s.watched(ctx)
	if err != nil {
		return err
	}
	if !known {
		end, err := s.journal.End(ctx)
		if err != nil || end == 0 {
			return err
		}
		return s.whole(ctx, end)
	}
	busy, err := s.jobsIn(ctx, "queued", "running")
	if err != nil || busy > 0 {
		return err
	}
	for {
		events, err := s.journal.Since(ctx, pos, watchEvents)
		if err != nil || len(events) == 0 {
			return err
		}
		var persons []int64
		for _, e := range events {
			if slices.Contains(entering, e.Kind) {
				persons = append(persons, e.Subject)
			}
		}
		if pos = events[len(events)-1].Pos; len(persons) == watchEvents {
			end, err := s.journal.End(ctx)
			if err != nil {
				return err
			}
			return s.whole(ctx, end)
		}
		slices.Sort(persons)
		if err := s.Examine(ctx, slices.Compact(persons)); err != nil {
			return fmt.Errorf("compare changed persons: %w", err)
		}
		if err := s.follow(ctx, pos); err != nil {
			return err
		}
	}
}

// whole asks for a comparison of the whole register, unless one waits to begin, and goes on from a position.
func (s *Service) whole(ctx context.Context, pos int64) error {
	waiting, err := s.jobsIn(ctx, "queued")
	if err != nil {
		return err
	}
	if waiting == 0 {
		if _, err := s.submit(ctx, 0); err != nil {
			return err
		}
	}
	return s.follow(ctx, pos)
}

// jobsIn is how many comparisons of the whole register are in one of these states.
func (s *Service) jobsIn(ctx context.Context, states ...string) (int64, error) {
	args := []any{JobKind}
	for _, state := range states {
		args = append(args, state)
	}
	var n int64
	err := store.One(ctx, s.db.In(program), "SELECT count(*) FROM job WHERE {checked} AND kind = $1 AND state IN ("+store.In(2, len(states))+")", args, &n)
	if err != nil {
		return 0, fmt.Errorf("count comparisons of the register: %w", err)
	}
	return n, nil
}

func (s *Service) watched(ctx context.Context) (pos int64, known bool, err error) {
	var text string
	err = store.One(ctx, s.db.In(program), "SELECT value FROM meta WHERE key = $1", []any{metaWatched}, &text)
	if errors.Is(err, store.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read how far the journal was followed: %w", err)
	}
	if pos, err = strconv.ParseInt(text, 10, 64); err != nil {
		return 0, false, fault.Wrap(fault.Internal, err, "read how far the journal was followed")
	}
	return pos, true, nil
}

func (s *Service) follow(ctx context.Context, pos int64) error {
	return s.db.Tx(ctx, program, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", metaWatched, strconv.FormatInt(pos, 10))
		return err
	})
}
