package campaign

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/precision"
)

// Way is how a visit came in.
type Way string

// The ways.
const (
	ByPage Way = "page"
	ByFile Way = "file" // paper forms, typed into the team's workbook
	ByAPI  Way = "api"
)

// Visit is what a team says of a household.
type Visit struct {
	Number  string // of the household
	Day     clock.Day
	Outcome Outcome
	Verdict Verdict      // of who was seen
	Welfare *int64       // minor units a head and year, as far as could be seen; nil: not said
	Answers policy.Facts // of the design's items
	Key     string       // makes a visit that is sent twice one
	Way     Way
}

// longestKey is in bytes.
const longestKey = 80

// Going is a running campaign in which the caller goes, with the caller's team.
type Going struct {
	Campaign
	Team int64
	Open int64 // households that wait for the team
}

// Going returns the campaigns in which the caller has to visit households now.
func (s *Service) Going(ctx context.Context, scope access.Scope) ([]Going, error) {
	// A member of a team knows of the campaign, wherever the member's own areas are.
	found, err := store.All(ctx, s.db.In(program), "SELECT "+campaignColumns+", m.team FROM campaign c JOIN campaign_team m ON m.campaign = c.id WHERE {checked} AND m.account = $1 AND c.state = 'running' ORDER BY c.due, c.id",
		[]any{scope.Caller().Account}, func(r store.Rows, g *Going) error { return scanCampaign(withTeam{r, &g.Team}, &g.Campaign) })
	if err != nil {
		return nil, fmt.Errorf("read in which campaigns somebody goes: %w", err)
	}
	for i := range found {
		list, err := s.due(ctx, scope, found[i])
		if err != nil {
			return nil, err
		}
		found[i].Open = int64(len(list))
	}
	return found, nil
}

// withTeam scans one more column behind those of a campaign.
type withTeam struct {
	store.Rows
	team *int64
}

func (w withTeam) Scan(into ...any) error { return w.Rows.Scan(append(into, w.team)...) }

// due are the households that wait for a team now.
func (s *Service) due(ctx context.Context, scope access.Scope, g Going) ([]Task, error) {
	list, err := s.tasks(ctx, scope, g.Campaign, Filter{Team: g.Team}, registry.Position{}, mostVisits)
	return slices.DeleteFunc(list, func(t Task) bool { return !t.waitsFor(g.Team) }), err
}

// waitsFor says whether a team has to go to a household.
func (t Task) waitsFor(team int64) bool {
	if t.Team == team {
		return t.State == Waiting || t.State == Absent && t.Visited == 0
	}
	return t.Second == team && (t.State == Again || t.State == Absent && t.Visited != 0)
}

// Route is the way of a team: the households that wait for it, village by village. It holds nothing of what was found
// before.
func (s *Service) Route(ctx context.Context, scope access.Scope, campaign int64) (Going, []Task, error) {
	g, err := s.GoingTo(ctx, scope, campaign)
	if err != nil {
		return g, nil, err
	}
	list, err := s.due(ctx, scope, g)
	if err != nil {
		return g, nil, err
	}
	for i := range list {
		list[i] = list[i].asked()
	}
	return g, list, s.shown(ctx, scope, g.Area, list)
}

// GoingTo is a running campaign in which the caller goes, or a NotFound fault.
func (s *Service) GoingTo(ctx context.Context, scope access.Scope, campaign int64) (Going, error) {
	all, err := s.Going(ctx, scope)
	if err != nil {
		return Going{}, err
	}
	at := slices.IndexFunc(all, func(g Going) bool { return g.ID == campaign })
	if at < 0 {
		return Going{}, fault.New(fault.NotFound, "no such campaign")
	}
	return all[at], nil
}

// asked is what whoever goes to a household needs to know of it.
func (t Task) asked() Task {
	return Task{Home: t.Home, Campaign: t.Campaign, Household: t.Household, Number: t.Number, HeadName: t.HeadName, Area: t.Area, Persons: t.Persons, Team: t.Team, Second: t.Second, State: t.State, Ver: t.Ver}
}

// Record takes in a visit by a member of the team whose household it is. A visit with the key of an earlier one is that
// one. An Invalid fault names the field that is wrong.
func (s *Service) Record(ctx context.Context, scope access.Scope, campaign int64, v Visit) (Task, error) {
	c, team, err := s.going(ctx, scope, campaign)
	if err != nil {
		return Task{}, err
	}
	return s.record(ctx, scope, c, team, v)
}

// going is a running campaign in which the caller goes, and the team.
func (s *Service) going(ctx context.Context, scope access.Scope, campaign int64) (Campaign, int64, error) {
	team, err := s.teamOf(ctx, campaign, scope.Caller().Account)
	if err != nil {
		return Campaign{}, 0, err
	}
	if team == 0 {
		return Campaign{}, 0, fault.New(fault.NotFound, "no such campaign")
	}
	c, err := s.Get(ctx, program, campaign)
	if err == nil && c.State != Running {
		err = fault.New(fault.Conflict, "the campaign is over").Coded("campaign.over")
	}
	return c, team, err
}

// recording is a visit on its way into the register.
type recording struct {
	task    Task
	visit   Visit
	id      int64
	team    int64
	sealed  []byte
	correct bool
	next    Task
}

func (s *Service) record(ctx context.Context, scope access.Scope, c Campaign, team int64, v Visit) (Task, error) {
	t, err := s.task(ctx, scope, c, v.Number)
	if err != nil {
		return t, err
	}
	if twice, err := s.sent(ctx, c, t, v.Key); err != nil || twice {
		return t, err
	}
	rec, err := s.prepare(ctx, scope, c, team, t, v)
	if err != nil {
		return t, err
	}
	err = s.store(ctx, scope, c, []*recording{rec})
	return rec.next, err
}

// prepare works out what a visit to a household makes of it.
func (s *Service) prepare(ctx context.Context, scope access.Scope, c Campaign, team int64, t Task, v Visit) (*recording, error) {
	if err := s.allowed(ctx, scope, t, team); err != nil {
		return nil, err
	}
	d, pack, err := s.DesignOf(c)
	if err != nil {
		return nil, err
	}
	if err := v.check(d, s.today(), c); err != nil {
		return nil, err
	}
	rec := &recording{task: t, visit: v, team: team, next: t}
	if err := s.compare(ctx, pack, rec); err != nil {
		return nil, err
	}
	return rec, s.advance(ctx, rec)
}

// sent says whether the visit with a key is there already. The key of another household's visit is no proof of this one.
func (s *Service) sent(ctx context.Context, c Campaign, t Task, key string) (bool, error) {
	if key == "" || len(key) > longestKey {
		return false, invalid("key", "key", "a visit needs a key of 1 to %d characters", longestKey)
	}
	found, err := store.All(ctx, s.db.In(program), "SELECT household FROM visit WHERE {checked} AND campaign = $1 AND key = $2", []any{c.ID, key}, func(r store.Rows, id *int64) error { return r.Scan(id) })
	if err != nil || len(found) == 0 {
		return false, err
	}
	if found[0] != t.Household {
		return false, invalid("key", "key", "the key belongs to another visit")
	}
	return true, nil
}

// allowed says whether a team may visit a household now, and the caller for it.
func (s *Service) allowed(ctx context.Context, scope access.Scope, t Task, team int64) error {
	if t.Team != team && t.Second != team {
		return fault.New(fault.NotFound, "the household does not belong to this campaign")
	}
	if !t.waitsFor(team) {
		return fault.New(fault.Conflict, "nobody has to go there now").Coded("campaign.visited")
	}
	if err := access.NotOwn(scope.Acting(t.Area), access.VisitRecordStep, t.Household); err != nil {
		return err
	}
	if t.Second != team {
		return nil
	}
	before, err := s.visits(ctx, t)
	if err != nil {
		return err
	}
	for _, one := range before {
		if err := access.Separate(scope.Acting(t.Area), access.VisitAgainStep, access.Did{Step: access.VisitRecordStep, Account: one.Account, Person: one.Holder}); err != nil {
			return err
		}
	}
	return nil
}

// check looks at what a visit says.
func (v *Visit) check(d *Design, today clock.Day, c Campaign) error {
	if v.Day < c.Starts || v.Day > today {
		return invalid("day", "day", "the day of the visit lies outside the campaign")
	}
	if !slices.Contains(Outcomes, v.Outcome) {
		return invalid("outcome", "outcome", "say what became of the visit")
	}
	if v.Outcome != Seen {
		v.Verdict, v.Welfare, v.Answers = Unsaid, nil, nil
		return nil
	}
	if v.Verdict != Poor && v.Verdict != NotPoor {
		return invalid("verdict", "verdict", "say whether the household is poor")
	}
	if v.Welfare != nil && *v.Welfare < 0 {
		return invalid("welfare", "welfare", "an income cannot be less than none")
	}
	for code := range v.Answers {
		if !slices.ContainsFunc(d.Items, func(i *policy.Item) bool { return i.Code == code }) {
			return invalid(code, "item", "this is not asked in the campaign")
		}
	}
	return nil
}

// compare says whether answers differ from the register. Who visited is not told.
func (s *Service) compare(ctx context.Context, pack *policy.Pack, rec *recording) error {
	known := policy.Facts{}
	for code, value := range rec.visit.Answers {
		if value != nil {
			known[code] = value
		}
	}
	if len(known) == 0 {
		return nil
	}
	for _, problem := range pack.Validate(registry.SubjectHousehold, known) {
		if _, answered := known[problem.Item]; answered && problem.Severity == policy.Reject {
			return invalid(problem.Item, "answer", "this is no answer to the question")
		}
	}
	found, err := s.registry.Found(ctx, program, []int64{rec.task.Household})
	if err != nil {
		return err
	}
	wholes, err := s.registry.Wholes(ctx, program, found)
	if err != nil || len(wholes) == 0 {
		return err
	}
	for code, value := range known {
		if !reflect.DeepEqual(value, wholes[0].Facts[code]) {
			rec.correct = true
		}
	}
	return nil
}

// advance works out what becomes of the household.
func (s *Service) advance(ctx context.Context, rec *recording) error {
	t, v := &rec.next, rec.visit
	t.Correct = t.Correct || rec.correct
	second := rec.team == t.Second
	switch v.Outcome {
	case NotHome:
		t.State = Absent
		return nil
	case NotWanted, Moved:
		if second { // what the first saw stands
			t.State = Done
			return nil
		}
		t.State = map[Outcome]Progress{NotWanted: Refused, Moved: Gone}[v.Outcome]
		return nil
	}
	if !second {
		t.Verdict, t.Visited, t.Clear = v.Verdict, v.Day, isClear(v.Welfare, t.Line)
		if t.State = Done; t.Second != 0 {
			t.State = Again
		}
		return nil
	}
	if t.State = Done; v.Verdict != t.Verdict {
		t.State = Disputed
	}
	return nil
}

// isClear says whether what was seen lies further from the line than the band.
func isClear(welfare *int64, line int64) bool {
	if welfare == nil || line <= 0 {
		return false
	}
	away := float64(*welfare)/float64(line) - 1
	return away > precision.DefaultBand || away < -precision.DefaultBand
}

// Made is a visit that was made.
type Made struct {
	ID      int64
	Team    int64
	Second  bool
	Day     clock.Day
	Account int64
	Holder  string
	Way     Way
	Outcome Outcome
	Verdict Verdict
}

// visits are those to a household of a campaign, in their order.
func (s *Service) visits(ctx context.Context, t Task) ([]Made, error) {
	found, err := store.All(ctx, s.db.In(program), "SELECT id, team, second, day, account, holder, way, outcome, verdict FROM visit WHERE {checked} AND home = $1 AND household = $2 AND campaign = $3 ORDER BY id", []any{t.Home, t.Household, t.Campaign},
		func(r store.Rows, m *Made) error {
			var second int64
			err := r.Scan(&m.ID, &m.Team, &second, &m.Day, &m.Account, &m.Holder, &m.Way, &m.Outcome, &m.Verdict)
			m.Second = second == 1
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read visits: %w", err)
	}
	return found, nil
}
