package campaign

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/registry/overview"
	"rightkey/internal/store"
	"rightkey/precision"
)

// Sampled estimates the errors of an area (0: everywhere in scope) and of the areas directly below it, by key, from the
// households in scope that campaigns drew by lot. Of several campaigns the newest counts in a place, one that ended or
// has judged half of its households before those that have just begun.
func (s *Service) Sampled(ctx context.Context, scope access.Scope, key int64) (map[int64]overview.Sampled, error) {
	scheme := s.scheme()
	area := scheme.Range(key)
	campaigns, err := s.overlapping(ctx, area, scheme.Path(key))
	if err != nil || len(campaigns) == 0 {
		return nil, err
	}
	drawn, err := s.drawnIn(ctx, scope, area, campaigns)
	if err != nil {
		return nil, err
	}
	campaigns = inOrder(campaigns, drawn)
	level := scheme.Level(key) + 1
	below := func(t Task) string { return strconv.FormatInt(scheme.At(t.Place, level), 10) }
	whole := func(Task) string { return strconv.FormatInt(key, 10) }
	found := map[int64]overview.Sampled{}
	for _, by := range []func(Task) string{below, whole} {
		shares := map[Standing]map[string]precision.Share{}
		for _, standing := range Standings {
			var all []precision.Observation
			for i, c := range campaigns {
				counts := slices.DeleteFunc(slices.Clone(drawn[c.ID]), func(t Task) bool {
					return slices.ContainsFunc(campaigns[:i], func(newer Campaign) bool { r := scheme.Range(newer.Area); return r.Lo <= t.Place && t.Place <= r.Hi })
				})
				raw, _ := c.observed(counts, standing, by)
				all = append(all, raw...)
			}
			shares[standing] = precision.Shares(all)
		}
		for _, standing := range Standings {
			for value := range shares[standing] {
				at, err := strconv.ParseInt(value, 10, 64)
				if err != nil {
					return nil, err
				}
				found[at] = overview.Sampled{Inclusion: shares[Registered][value], Missing: shares[Others][value], WrongExit: shares[Exited][value]}
			}
		}
	}
	return found, nil
}

// overlapping are the campaigns of an area, of those in it and of those around it.
func (s *Service) overlapping(ctx context.Context, area access.Range, path []int64) ([]Campaign, error) {
	args := []any{area.Lo, area.Hi}
	condition := "c.state <> 'preparing' AND (c.area BETWEEN $1 AND $2"
	if len(path) > 0 {
		condition += " OR c.area IN (" + store.In(3, len(path)) + ")"
		for _, key := range path {
			args = append(args, key)
		}
	}
	return s.campaigns(ctx, program, condition+")", args...)
}

// campaignsRead is how many campaigns one statement asks for.
const campaignsRead = 200

// drawnIn are the households of an area that campaigns drew by lot, as far as estimates need them, by campaign.
func (s *Service) drawnIn(ctx context.Context, scope access.Scope, area access.Range, campaigns []Campaign) (map[int64][]Task, error) {
	drawn := map[int64][]Task{}
	for part := range slices.Chunk(campaigns, campaignsRead) {
		ids := make([]int64, len(part))
		for i, c := range part {
			ids[i] = c.ID
		}
		list := store.Padded(ids)
		found, err := store.All(ctx, s.db.In(scope), "SELECT t.campaign, t.place, t.stratum, t.standing, t.chance, t.state, t.verdict, t.clear FROM campaign_household t WHERE {scope t.area t.household} AND t.chance > 0"+
			" AND t.place BETWEEN $1 AND $2 AND t.campaign IN ("+store.In(3, len(list))+")", append([]any{area.Lo, area.Hi}, list...),
			func(r store.Rows, t *Task) error {
				var clear int64
				err := r.Scan(&t.Campaign, &t.Place, &t.Stratum, &t.Standing, &t.Chance, &t.State, &t.Verdict, &clear)
				t.Clear = clear == 1
				return err
			})
		if err != nil {
			return nil, fmt.Errorf("read what visits found in an area: %w", err)
		}
		for _, t := range found {
			drawn[t.Campaign] = append(drawn[t.Campaign], t)
		}
	}
	return drawn, nil
}

// inOrder are the campaigns that judged somebody, those before others that count before them where both were.
func inOrder(campaigns []Campaign, drawn map[int64][]Task) []Campaign {
	judged := map[int64]int{}
	for id, list := range drawn {
		for _, t := range list {
			if t.State == Done {
				judged[id]++
			}
		}
	}
	begun := func(c Campaign) int {
		if c.State == Closed || 2*judged[c.ID] >= len(drawn[c.ID]) {
			return 0
		}
		return 1
	}
	campaigns = slices.DeleteFunc(campaigns, func(c Campaign) bool { return judged[c.ID] == 0 })
	slices.SortFunc(campaigns, func(a, b Campaign) int { return cmp.Or(begun(a)-begun(b), cmp.Compare(b.ID, a.ID)) })
	return campaigns
}
