package campaign

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

const campaignColumns = "c.id, c.area, c.design, c.kind, c.method, c.pack, c.state, c.starts, c.due, c.seed, c.frame, c.account, c.holder, c.created, c.closed, c.ver"

func scanCampaign(r store.Rows, c *Campaign) error {
	var seed string
	err := r.Scan(&c.ID, &c.Area, &c.Design, &c.Kind, &c.Method, &c.Pack, &c.State, &c.Starts, &c.Due, &seed, &c.Frame, &c.Account, &c.Holder, &c.Created, &c.Closed, &c.Ver)
	if err != nil {
		return err
	}
	c.Seed, err = strconv.ParseUint(seed, 10, 64)
	return err
}

func (s *Service) campaigns(ctx context.Context, scope access.Scope, condition string, args ...any) ([]Campaign, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+campaignColumns+" FROM campaign c WHERE {place c.area} AND "+condition, args, scanCampaign)
	if err != nil {
		return nil, fmt.Errorf("read campaigns: %w", err)
	}
	return found, nil
}

// Get returns a campaign of an area in scope, or a NotFound fault.
func (s *Service) Get(ctx context.Context, scope access.Scope, id int64) (Campaign, error) {
	found, err := s.campaigns(ctx, scope, "c.id = $1", id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "no such campaign")
	}
	if err != nil {
		return Campaign{}, err
	}
	return found[0], nil
}

// List returns the campaigns whose area lies in one of scope (0: anywhere in it), newest first, those before an
// identifier if it is not 0.
func (s *Service) List(ctx context.Context, scope access.Scope, at, before int64, limit int) ([]Campaign, error) {
	if before == 0 {
		before = 1 << 62
	}
	return s.campaigns(ctx, scope.Within(s.scheme().Range(at)), "c.id < $1 ORDER BY c.id DESC LIMIT $2", before, limit)
}

// Strata are the parts of a campaign's frame, by name.
func (s *Service) Strata(ctx context.Context, c Campaign) ([]Stratum, error) {
	found, err := store.All(ctx, s.db.In(program), "SELECT stratum, area, standing, households, persons, believed FROM campaign_stratum WHERE {checked} AND campaign = $1 ORDER BY stratum", []any{c.ID},
		func(r store.Rows, one *Stratum) error {
			return r.Scan(&one.Name, &one.Area, &one.Standing, &one.Households, &one.Persons, &one.Believed)
		})
	if err != nil {
		return nil, fmt.Errorf("read the frame of a campaign: %w", err)
	}
	return found, nil
}

// Teams are the teams of a campaign, by number.
func (s *Service) Teams(ctx context.Context, c Campaign) ([]Team, error) {
	type row struct {
		team, base int64
		Official
	}
	rows, err := store.All(ctx, s.db.In(program), "SELECT team, account, holder, base FROM campaign_team WHERE {checked} AND campaign = $1 ORDER BY team, account", []any{c.ID},
		func(r store.Rows, one *row) error { return r.Scan(&one.team, &one.Account, &one.Holder, &one.base) })
	if err != nil {
		return nil, fmt.Errorf("read the teams of a campaign: %w", err)
	}
	var teams []Team
	for _, one := range rows {
		if last := len(teams) - 1; last < 0 || teams[last].Number != one.team {
			teams = append(teams, Team{Number: one.team, Base: one.base})
		}
		teams[len(teams)-1].Members = append(teams[len(teams)-1].Members, one.Official)
	}
	return teams, nil
}

// teamOf is the team of a campaign to which an account belongs, 0 for none.
func (s *Service) teamOf(ctx context.Context, campaign, account int64) (int64, error) {
	found, err := store.All(ctx, s.db.In(program), "SELECT team FROM campaign_team WHERE {checked} AND campaign = $1 AND account = $2", []any{campaign, account},
		func(r store.Rows, n *int64) error { return r.Scan(n) })
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0], nil
}

// Filter selects households of a campaign.
type Filter struct {
	Team     int64 // that goes first, or as the second; 0: any
	State    Progress
	Result   Result
	Standing Standing
	Appealed bool // an objection waits
}

// taskFrom are households of campaigns t with the household h as it is now.
const taskFrom = `SELECT t.home, t.campaign, t.household, h.number, h.head_name, t.area, t.place, t.persons, t.stratum, t.standing, t.chance, t.believed, t.official, t.recorder, t.source, t.rule, t.line,
	t.team, t.second, t.state, t.verdict, t.correct, t.clear, t.visited, t.case_id, t.landing, t.appeal, t.appealed, t.ver FROM campaign_household t JOIN household h ON h.home = t.home AND h.id = t.household WHERE `

func scanTask(r store.Rows, t *Task) error {
	var correct, clear int64
	err := r.Scan(&t.Home, &t.Campaign, &t.Household, &t.Number, &t.HeadName, &t.Area, &t.Place, &t.Persons, &t.Stratum, &t.Standing, &t.Chance, &t.Believed, &t.Official, &t.Recorder, &t.Source, &t.Rule, &t.Line,
		&t.Team, &t.Second, &t.State, &t.Verdict, &correct, &clear, &t.Visited, &t.Case, &t.Landing, &t.Appeal, &t.Appealed, &t.Ver)
	t.Correct, t.Clear = correct == 1, clear == 1
	return err
}

// results are the conditions of results.
var results = map[Result]string{
	Keep:    "t.state = 'done' AND t.correct = 0 AND (t.verdict = 'poor') = (t.standing = 'registered')",
	Correct: "t.state = 'done' AND t.correct = 1 AND (t.verdict = 'poor') = (t.standing = 'registered')",
	Add:     "t.state = 'done' AND t.verdict = 'poor' AND t.standing <> 'registered'",
	Remove:  "t.state = 'done' AND t.verdict = 'not_poor' AND t.standing = 'registered'",
}

func (f Filter) condition(campaign int64) (string, []any) {
	parts, args := []string{"t.campaign = $1"}, []any{campaign}
	bind := func(condition string, value any) {
		args = append(args, value)
		parts = append(parts, strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(args))))
	}
	if f.Team != 0 {
		bind("(t.team = ? OR t.second = ?)", f.Team)
	}
	if f.State != "" {
		bind("t.state = ?", string(f.State))
	}
	if f.Standing != "" {
		bind("t.standing = ?", string(f.Standing))
	}
	if f.Result != "" {
		parts = append(parts, results[f.Result])
	}
	if f.Appealed {
		parts = append(parts, "t.appeal = 'raised'")
	}
	return strings.Join(parts, " AND "), args
}

// tasks returns households of a campaign in scope, by area and identifier, after a position.
func (s *Service) tasks(ctx context.Context, scope access.Scope, c Campaign, f Filter, after registry.Position, limit int) ([]Task, error) {
	condition, args := f.condition(c.ID)
	n := len(args)
	args = append(args, after.Area, after.ID, limit)
	found, err := store.All(ctx, s.db.In(scope.Beyond(after.Area, false)), taskFrom+"{scope t.area t.household} AND "+condition+fmt.Sprintf(" AND (t.area, t.household) > ($%d, $%d) ORDER BY t.area, t.household LIMIT $%d", n+1, n+2, n+3), args, scanTask)
	if err != nil {
		return nil, fmt.Errorf("read the households of a campaign: %w", err)
	}
	for i := range found {
		if !scope.SeesOf(found[i].Area, found[i].Household, access.P2) {
			found[i].HeadName = ""
		}
	}
	return found, nil
}

// Browse lists households of a campaign and journals that they were read.
func (s *Service) Browse(ctx context.Context, scope access.Scope, c Campaign, f Filter, after registry.Position, limit int) ([]Task, error) {
	list, err := s.tasks(ctx, scope, c, f, after, limit)
	if err != nil {
		return nil, err
	}
	return list, s.shown(ctx, scope, c.Area, list)
}

func (s *Service) shown(ctx context.Context, scope access.Scope, at int64, list []Task) error {
	ids := make([]int64, len(list))
	for i, t := range list {
		ids[i] = t.Household
	}
	slices.Sort(ids)
	if err := s.journal.Shown(ctx, who(scope, at), "visit.listed", registry.SubjectHousehold, 0, at, ids); err != nil {
		return fmt.Errorf("journal that households of a campaign were listed: %w", err)
	}
	return nil
}

// task returns a household of a campaign in scope by its number, or a NotFound fault.
func (s *Service) task(ctx context.Context, scope access.Scope, c Campaign, number string) (Task, error) {
	id, ok := registry.ParseNumber(number)
	if ok {
		found, err := store.All(ctx, s.db.In(scope), taskFrom+"{scope t.area t.household} AND t.campaign = $1 AND t.household = $2", []any{c.ID, id}, scanTask)
		if err != nil {
			return Task{}, fmt.Errorf("read a household of a campaign: %w", err)
		}
		if len(found) == 1 {
			return found[0], nil
		}
	}
	return Task{}, fault.New(fault.NotFound, "the household does not belong to this campaign")
}

// Count is how many households of a campaign in scope a filter selects.
func (s *Service) Count(ctx context.Context, scope access.Scope, c Campaign, f Filter) (int64, error) {
	condition, args := f.condition(c.ID)
	var n int64
	if err := store.One(ctx, s.db.In(scope), "SELECT count(*) FROM campaign_household t WHERE {scope t.area t.household} AND "+condition, args, &n); err != nil {
		return 0, fmt.Errorf("count the households of a campaign: %w", err)
	}
	return n, nil
}

// Load is what a team has to do and has done.
type Load struct {
	Team                        int64
	Households, Open, Seen, Not int64 // Not: refused or gone
}

// Workload is what each team of a campaign in scope has to do, by number; a household that two visit counts for both.
func (s *Service) Workload(ctx context.Context, scope access.Scope, c Campaign) ([]Load, error) {
	found, err := store.All(ctx, s.db.In(scope), `SELECT x.team, count(*), CAST(sum(x.open) AS bigint), CAST(sum(x.seen) AS bigint), CAST(sum(x.lost) AS bigint) FROM (
		SELECT t.team AS team, CASE WHEN t.state IN ('waiting', 'absent') THEN 1 ELSE 0 END AS open, CASE WHEN t.state IN ('again', 'disputed', 'done') THEN 1 ELSE 0 END AS seen,
			CASE WHEN t.state IN ('refused', 'gone') THEN 1 ELSE 0 END AS lost FROM campaign_household t WHERE {scope t.area t.household} AND t.campaign = $1
		UNION ALL
		SELECT t.second, CASE WHEN t.state IN ('waiting', 'absent', 'again') THEN 1 ELSE 0 END, CASE WHEN t.state IN ('disputed', 'done') THEN 1 ELSE 0 END,
			CASE WHEN t.state IN ('refused', 'gone') THEN 1 ELSE 0 END FROM campaign_household t WHERE {scope t.area t.household} AND t.campaign = $1 AND t.second <> 0) x GROUP BY x.team ORDER BY x.team`,
		[]any{c.ID}, func(r store.Rows, l *Load) error { return r.Scan(&l.Team, &l.Households, &l.Open, &l.Seen, &l.Not) })
	if err != nil {
		return nil, fmt.Errorf("count what teams have to do: %w", err)
	}
	return found, nil
}

// Open returns a household of a campaign in scope with the visits made to it, and journals the reading.
func (s *Service) Open(ctx context.Context, scope access.Scope, c Campaign, number string) (Task, []Made, error) {
	t, err := s.task(ctx, scope, c, number)
	if err != nil {
		return t, nil, err
	}
	if !scope.SeesOf(t.Area, t.Household, access.P2) {
		t.HeadName = ""
	}
	made, err := s.visits(ctx, t)
	if err != nil {
		return t, nil, err
	}
	return t, made, s.shown(ctx, scope, c.Area, []Task{t})
}
