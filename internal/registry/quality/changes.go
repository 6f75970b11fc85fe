package quality

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// ChangesKind is the kind of the jobs that look at the households of very many changes.
const ChangesKind = "quality-changes"

const (
	// changesChunk is how many events one step of such a job follows; companyChanges is that while people are here.
	changesChunk   = 800
	companyChanges = 100
	// fewOf is the part of the register up to which its households are looked at one by one: to look at a household
	// together with those it is compared with takes longer than its share of a run over all.
	fewOf = 10
)

// changesArgs says after which position of the journal a job begins.
type changesArgs struct {
	Since int64 `json:"since"`
}

// changesProgress is how far a job got.
type changesProgress struct {
	Pos        int64   `json:"pos"`
	Households int64   `json:"households"` // looked at
	Areas      []int64 `json:"areas"`      // whose forms are looked at in the end
	Found      int64   `json:"found"`
	Fixed      int64   `json:"fixed"`
}

// newestChanges is the newest job that looked at very many changes; its state is empty where there was none.
func (s *Service) newestChanges(ctx context.Context) (newest struct {
	changesArgs
	state job.State
}, err error) {
	var args []byte
	err = store.One(ctx, s.db.In(program), "SELECT state, args FROM job WHERE {checked} AND kind = $1 ORDER BY id DESC LIMIT 1", []any{ChangesKind}, (*string)(&newest.state), &args)
	if errors.Is(err, store.ErrNoRows) {
		return newest, nil
	}
	if err == nil {
		err = json.Unmarshal(args, &newest.changesArgs)
	}
	if err != nil {
		return newest, fmt.Errorf("read the newest look at changes: %w", err)
	}
	return newest, nil
}

// followed has all that happened after a position of the journal looked at by a job.
func (s *Service) followed(ctx context.Context, since int64) error {
	_, err := s.jobs.Submit(ctx, 0, job.Request{Kind: ChangesKind, Title: "changes", Args: changesArgs{since}, Range: access.Everywhere})
	return err
}

// follower is such a job at work.
type follower struct {
	s      *Service
	run    *job.Run
	since  int64
	at     changesProgress
	counts job.Counts
}

// follow looks at what happened after a position of the journal until nothing more happens, or has the whole register
// looked at where so much of it changed that this is less work.
func (s *Service) follow(ctx context.Context, run *job.Run) error {
	var args changesArgs
	if err := json.Unmarshal(run.Job.Args, &args); err != nil {
		return err
	}
	f := &follower{s: s, run: run, since: args.Since, at: changesProgress{Pos: args.Since}, counts: run.Job.Counts}
	if run.Job.Progress != nil {
		if err := json.Unmarshal(run.Job.Progress, &f.at); err != nil {
			return err
		}
	}
	households, _, err := s.registry.Count(ctx, program, registry.Filter{})
	if err != nil {
		return err
	}
	for f.at.Households*fewOf <= households {
		more, err := f.step(ctx)
		if err != nil {
			return err
		}
		if !more {
			return s.checkPlaces(ctx, f.at.Areas)
		}
	}
	return s.all(ctx)
}

// step looks at what the next events changed; false when nothing more happened.
func (f *follower) step(ctx context.Context) (bool, error) {
	limit := changesChunk
	if f.run.Way().Company() {
		limit = companyChanges
	}
	events, err := f.s.journal.Since(ctx, f.at.Pos, limit)
	if err != nil || len(events) == 0 {
		return false, err
	}
	met, err := f.s.changedBy(ctx, events)
	if err != nil {
		return false, err
	}
	done, areas, err := f.s.checkHouseholds(ctx, met.households)
	if err != nil {
		return false, err
	}
	n := int64(len(met.households))
	f.at.Pos, f.at.Households = events[len(events)-1].Pos, f.at.Households+n
	f.at.Found, f.at.Fixed = f.at.Found+done.Found, f.at.Fixed+done.Fixed
	f.at.Areas = append(append(f.at.Areas, met.areas...), areas...)
	slices.Sort(f.at.Areas)
	f.at.Areas = slices.Compact(f.at.Areas)
	f.counts = f.counts.Add(counted(n, done))
	return true, f.save(ctx)
}

// save stores how far the job got, together with the position from which the next look goes on.
func (f *follower) save(ctx context.Context) error {
	end, err := f.s.journal.End(ctx)
	if err != nil {
		return err
	}
	return f.s.db.Tx(ctx, program, func(tx store.Tx) error {
		if err := noted(ctx, tx, metaWatched, f.at.Pos); err != nil {
			return err
		}
		return f.run.Save(ctx, tx, f.at.Pos-f.since, max(f.at.Pos, end)-f.since, f.counts, f.at)
	})
}

// touched is what events changed, each once and in order.
type touched struct{ households, areas []int64 }

// partOf finds the households of a part; of a person the ones he belongs or belonged to.
var partOf = map[string]string{
	registry.SubjectPerson:      "SELECT household FROM membership WHERE {checked} AND home = $1 AND person IN (",
	registry.SubjectDwelling:    "SELECT household FROM dwelling WHERE {checked} AND home = $1 AND id IN (",
	registry.SubjectIncome:      entryOf,
	registry.SubjectExpenditure: entryOf,
}

const (
	entryOf = "SELECT household FROM entry WHERE {checked} AND home = $1 AND id IN ("
	formOf  = "SELECT area FROM place WHERE {checked} AND home = $1 AND id IN ("
)

// changedBy finds the households that events are about, and the areas whose forms they changed.
func (s *Service) changedBy(ctx context.Context, events []journal.Event) (touched, error) {
	type group struct {
		home int64
		kind string
	}
	parts := map[group][]int64{}
	var met touched
	for _, e := range events {
		switch _, isPart := partOf[e.SubjectKind]; {
		case changesNothing(e.Kind):
		case e.SubjectKind == registry.SubjectHousehold:
			met.households = append(met.households, e.Subject)
		case isPart:
			parts[group{e.Home, e.SubjectKind}] = append(parts[group{e.Home, e.SubjectKind}], e.Subject)
		default: // the record of an area, or nothing of the register
			parts[group{home: e.Home}] = append(parts[group{home: e.Home}], e.Subject)
		}
	}
	for g, subjects := range parts {
		query, into := partOf[g.kind], &met.households
		if g.kind == "" {
			query, into = formOf, &met.areas
		}
		slices.Sort(subjects)
		for chunk := range slices.Chunk(slices.Compact(subjects), crossChunk) {
			padded := store.Padded(chunk)
			found, err := store.All(ctx, s.db.In(program), query+store.In(2, len(padded))+")", append([]any{g.home}, padded...), scanID)
			if err != nil {
				return met, fmt.Errorf("find what changes are about: %w", err)
			}
			*into = append(*into, found...)
		}
	}
	slices.Sort(met.households)
	slices.Sort(met.areas)
	met.households, met.areas = slices.Compact(met.households), slices.Compact(met.areas)
	return met, nil
}

// changesNothing says whether events of a kind leave all that rules look at as it was.
func changesNothing(kind string) bool {
	for _, end := range []string{".read", ".listed", ".exported", ".assessed"} {
		if strings.HasSuffix(kind, end) {
			return true
		}
	}
	return strings.Contains(kind, ".problem")
}
