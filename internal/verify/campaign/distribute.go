package campaign

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/office"
	"rightkey/internal/store"
)

// origins adds who answers for the households, who wrote them last and by which way.
func (s *Service) origins(ctx context.Context, scope access.Scope, tasks []Task) error {
	for home, some := range byHome(tasks, func(t Task) int64 { return t.Home }) {
		for part := range slices.Chunk(some, readChunk) {
			ids := make([]int64, len(part))
			for i, at := range part {
				ids[i] = tasks[at].Household
			}
			wrote, err := s.changes.Origins(ctx, scope, home, ids)
			if err != nil {
				return err
			}
			holders, err := s.assignments.Holders(ctx, scope, home, ids)
			if err != nil {
				return err
			}
			for _, at := range part {
				t := &tasks[at]
				t.Official, t.Recorder, t.Source = holders[t.Household], wrote[t.Household].Account, string(wrote[t.Household].Source)
			}
		}
	}
	return nil
}

// earlier are what visits of earlier campaigns in scope found, oldest first.
func (s *Service) earlier(ctx context.Context, scope access.Scope) ([]finding, error) {
	type row struct {
		finding
		verdict       Verdict
		welfare, line int64
		day           int64
	}
	rows, err := store.All(ctx, s.db.In(scope), `SELECT v.household, v.account, v.verdict, coalesce(v.welfare, -1), t.line, v.day FROM visit v
		JOIN campaign_household t ON t.home = v.home AND t.campaign = v.campaign AND t.household = v.household WHERE {scope v.area v.household} AND v.outcome = 'seen' ORDER BY v.day, v.id`, nil,
		func(r store.Rows, one *row) error {
			return r.Scan(&one.household, &one.enumerator, &one.verdict, &one.welfare, &one.line, &one.day)
		})
	if err != nil {
		return nil, fmt.Errorf("read earlier visits: %w", err)
	}
	findings := make([]finding, len(rows))
	for i, one := range rows {
		one.finding.years = float64(int64(s.today())-one.day) / 365
		switch {
		case one.welfare >= 0 && one.line > 0:
			one.finding.welfare = multiple(one.welfare, one.line)
		case one.verdict == Poor:
			one.finding.welfare = -judgedScore
		default:
			one.finding.welfare = judgedScore
		}
		findings[i] = one.finding
	}
	return findings, nil
}

// giving gives households to teams.
type giving struct {
	s     *Service
	teams []Team
	load  map[int64]int // households by team
	took  map[int64][]Official
}

// distribute gives every household to the team with the least to do among those that may judge it, and a share of them
// to another team too. No team judges in its base, and nobody judges what he answers for, wrote last or visited before.
func (s *Service) distribute(ctx context.Context, tasks []Task, teams []Team, d *Design, seed uint64) error {
	g := giving{s: s, teams: teams, load: map[int64]int{}}
	var err error
	if g.took, err = s.visitors(ctx, tasks); err != nil {
		return err
	}
	slices.SortFunc(tasks, func(a, b Task) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Household, b.Household))
	})
	last := int64(0) // a village goes to one team as far as it can
	for i := range tasks {
		t := &tasks[i]
		if i > 0 && t.Place == tasks[i-1].Place && g.may(last, *t) && g.load[last] < g.share(len(tasks)) {
			t.Team = last
		} else if t.Team = g.least(*t, 0); t.Team == 0 {
			return invalid("members", "no_team", "no team may judge household %s: each comes from there or had to do with it", t.Number)
		}
		last = t.Team
		g.load[last]++
	}
	return g.second(tasks, d.Double, seed)
}

// share is what each team has to do if all do the same.
func (g *giving) share(households int) int { return (households + len(g.teams) - 1) / len(g.teams) }

// second draws by lot which households a second team visits too.
func (g *giving) second(tasks []Task, share float64, seed uint64) error {
	order := rand.New(rand.NewPCG(seed, uint64(len(tasks)))).Perm(len(tasks))
	for _, at := range order[:int(math.Ceil(share*float64(len(tasks))))] {
		if tasks[at].Second = g.least(tasks[at], tasks[at].Team); tasks[at].Second != 0 {
			g.load[tasks[at].Second]++
		}
	}
	return nil
}

// least is the team with the least to do that may judge a household, other than one; 0 where none may.
func (g *giving) least(t Task, other int64) int64 {
	best := int64(0)
	for _, team := range g.teams {
		if team.Number != other && g.may(team.Number, t) && (best == 0 || g.load[team.Number] < g.load[best]) {
			best = team.Number
		}
	}
	return best
}

// may says whether a team may judge a household.
func (g *giving) may(number int64, t Task) bool {
	team := g.teams[number-1]
	if team.Base != 0 && g.s.scheme().Range(team.Base).Holds(t.Place) {
		return false
	}
	return !slices.ContainsFunc(team.Members, func(o Official) bool {
		return o.Account == t.Recorder || o.Holder != "" && o.Holder == t.Official || slices.Contains(g.took[t.Household], o)
	})
}

// visitors are who visited households in earlier campaigns, by household.
func (s *Service) visitors(ctx context.Context, tasks []Task) (map[int64][]Official, error) {
	type row struct {
		household int64
		Official
	}
	took := map[int64][]Official{}
	for home, some := range byHome(tasks, func(t Task) int64 { return t.Home }) {
		for part := range slices.Chunk(some, readChunk) {
			ids := make([]int64, len(part))
			for i, at := range part {
				ids[i] = tasks[at].Household
			}
			args := append([]any{home}, store.Padded(ids)...)
			rows, err := store.All(ctx, s.db.In(program), "SELECT household, account, holder FROM visit WHERE {checked} AND home = $1 AND household IN ("+store.In(2, len(args)-1)+")", args,
				func(r store.Rows, one *row) error { return r.Scan(&one.household, &one.Account, &one.Holder) })
			if err != nil {
				return nil, fmt.Errorf("read who visited before: %w", err)
			}
			for _, one := range rows {
				took[one.household] = append(took[one.household], one.Official)
			}
		}
	}
	return took, nil
}

// assign lets evaluators reach the households that are theirs in a blind campaign; others reach them by their offices.
func (s *Service) assign(ctx context.Context, scope access.Scope, c Campaign, teams []Team, tasks []Task) error {
	if !c.Kind.Blind() {
		return nil
	}
	edit, err := access.Decide(scope.Caller(), access.AssignmentEdit)
	if err != nil {
		return err
	}
	for _, team := range teams {
		var theirs []office.Assignment
		for _, t := range tasks {
			if t.Team == team.Number || t.Second == team.Number {
				theirs = append(theirs, office.Assignment{Home: t.Home, Household: t.Household, Area: t.Area})
			}
		}
		for _, one := range team.Members {
			if len(theirs) == 0 {
				continue
			}
			if _, err := s.assignments.AssignTo(ctx, edit, one.Holder, theirs); err != nil {
				return err
			}
		}
	}
	return nil
}
