package campaign

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// Draft is a campaign that somebody wants.
type Draft struct {
	Area   int64
	Design string
	Method Method
	Visits int       // of a sample or plan
	Seed   uint64    // 0: one is taken by chance
	Due    clock.Day // 0: as the design says
	Teams  []Team    // accounts; who they are is looked up
}

// Limits of one campaign.
const (
	mostVisits = 10_000
	mostTeams  = 40
)

// Plan chooses the households of a campaign, gives them to teams, and begins it. The caller reaches the whole area.
// An Invalid fault names the field that is wrong; "members" for officials who cannot go.
func (s *Service) Plan(ctx context.Context, scope access.Scope, draft Draft) (Campaign, error) {
	d, c, err := s.drafted(scope, &draft)
	if err != nil {
		return c, err
	}
	teams, err := s.teams(ctx, d, draft)
	if err != nil {
		return c, err
	}
	scope = scope.Within(s.scheme().Range(draft.Area))
	units, err := s.frame(ctx, scope, draft.Area)
	if err != nil {
		return c, err
	}
	if draft.Method == Everybody && len(units) > mostVisits {
		return c, invalid("method", "large", "a campaign makes at most %d visits; this area holds %d households", mostVisits, len(units))
	}
	earlier, err := s.earlier(ctx, scope)
	if err != nil {
		return c, err
	}
	sel, err := s.selects(units, earlier, draft, d)
	if err != nil {
		return c, err
	}
	if len(sel.chosen) == 0 {
		return c, invalid("area", "empty", "there is no household to visit")
	}
	c.Frame = sel.hash
	tasks := sel.tasks(units)
	if err := s.origins(ctx, scope, tasks); err != nil {
		return c, err
	}
	if err := s.distribute(ctx, tasks, teams, d, draft.Seed); err != nil {
		return c, err
	}
	if err := s.begin(ctx, scope, &c, sel.strata(units), teams, tasks); err != nil {
		return c, err
	}
	if err := s.assign(ctx, scope, c, teams, tasks); err != nil {
		return c, err
	}
	return c, s.turn(ctx, scope, &c, Running, nil)
}

func invalid(field, code, format string, args ...any) error {
	return fault.New(fault.Invalid, format, args...).Coded("campaign."+code).With(0, field, format, args...)
}

// drafted checks a draft and is the campaign that it becomes.
func (s *Service) drafted(scope access.Scope, draft *Draft) (*Design, Campaign, error) {
	at := s.scheme().Range(draft.Area)
	if draft.Area == 0 || !scope.Holds(at.Lo) || !scope.Holds(at.Hi) {
		return nil, Campaign{}, fault.New(fault.NotFound, "no such area")
	}
	pack, err := s.packs.At(draft.Area, s.today())
	if err != nil {
		return nil, Campaign{}, err
	}
	d, ok := SectionOf(pack).Design(draft.Design)
	if !ok {
		return nil, Campaign{}, invalid("design", "design", "the pack in use has no such campaign")
	}
	if !slices.Contains(Methods, draft.Method) || d.Kind == Audit && draft.Method != Sampled {
		return nil, Campaign{}, invalid("method", "method", "a closing audit is a sample; others are planned, a sample, or everybody")
	}
	if draft.Method != Everybody && (draft.Visits < 2 || draft.Visits > mostVisits) {
		return nil, Campaign{}, invalid("visits", "visits", "say how many visits, 2 to %d", mostVisits)
	}
	if draft.Due == 0 {
		draft.Due = s.today() + clock.Day(d.Days)
	}
	if draft.Due <= s.today() {
		return nil, Campaign{}, invalid("due", "due", "the day is over")
	}
	if draft.Seed == 0 {
		if draft.Seed, err = chance(); err != nil {
			return nil, Campaign{}, err
		}
	}
	caller := scope.Caller()
	return d, Campaign{Area: draft.Area, Design: d.Code, Kind: d.Kind, Method: draft.Method, Pack: pack.Hash, State: Preparing, Starts: s.today(), Due: draft.Due, Seed: draft.Seed,
		Account: caller.Account, Holder: caller.Person, Created: s.journal.Clock().Now(), Ver: 1}, nil
}

// chance is a seed that nobody chose. It fits into the numbers that people and spreadsheets write exactly.
func chance() (uint64, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(b[:])>>16 + 1, nil
}

// teams looks up who goes. Where verdicts before are to be kept from them, only evaluators may go.
func (s *Service) teams(ctx context.Context, d *Design, draft Draft) ([]Team, error) {
	if len(draft.Teams) == 0 || len(draft.Teams) > mostTeams {
		return nil, invalid("members", "teams", "name 1 to %d teams", mostTeams)
	}
	var teams []Team
	taken := map[int64]bool{}
	for i, team := range draft.Teams {
		known := Team{Number: int64(i + 1), Base: team.Base}
		for _, one := range team.Members {
			caller, err := s.caller(ctx, one.Account)
			if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Unauthorized) {
				return nil, err
			}
			reach, denied := access.Decide(caller, access.VisitRecord)
			if err != nil || denied != nil || !reach.Holds(draft.Area) && !holdsBelow(reach, s.scheme().Range(draft.Area)) {
				return nil, invalid("members", "cannot_go", "account %d does not visit households here", one.Account)
			}
			if d.Kind.Blind() && !unaware(caller, s.scheme().Range(draft.Area)) {
				return nil, invalid("members", "not_blind", "account %d may know what was found before; only evaluators go", one.Account)
			}
			if taken[one.Account] {
				return nil, invalid("members", "twice", "account %d stands twice", one.Account)
			}
			taken[one.Account] = true
			known.Members = append(known.Members, Official{one.Account, caller.Person})
		}
		if len(known.Members) == 0 {
			return nil, invalid("members", "teams", "a team needs somebody who goes")
		}
		teams = append(teams, known)
	}
	return teams, nil
}

// holdsBelow says whether a scope reaches a part of an area.
func holdsBelow(scope access.Scope, r access.Range) bool { return len(scope.Within(r).Ranges()) > 0 }

// telling are the verbs by which somebody could learn what was found of a household.
var telling = []access.Verb{access.VisitRecord, access.HouseholdList, access.HouseholdRead, access.CaseRead, access.ChangeRead, access.CampaignRead}

// unaware says whether what was found before is kept from somebody in all of an area, whatever role lets them read there.
func unaware(c access.Caller, r access.Range) bool {
	for _, verb := range telling {
		if reach, err := access.Decide(c, verb); err == nil && !reach.Within(r).OnlyIsolated() {
			return false
		}
	}
	return true
}

// tasks are the chosen households, not yet given to teams.
func (sel selection) tasks(units []unit) []Task {
	tasks := make([]Task, len(sel.chosen))
	for i, c := range sel.chosen {
		u := units[c.place]
		tasks[i] = Task{Home: u.Home, Household: u.ID, Number: u.Number, Area: u.Area, Place: u.Area, Persons: int64(u.Members), Stratum: sel.stratum[c.place], Standing: u.standing,
			Chance: c.chance, Believed: sel.believed[c.place], Rule: u.rule, Line: u.line, State: Waiting, Ver: 1}
	}
	return tasks
}

// strata are the parts of the frame, by name.
func (sel selection) strata(units []unit) []Stratum {
	found := map[string]*Stratum{}
	for i, u := range units {
		stratum := found[sel.stratum[i]]
		if stratum == nil {
			stratum = &Stratum{Name: sel.stratum[i], Area: sel.areas[i], Standing: u.standing}
			found[stratum.Name] = stratum
		}
		stratum.Households++
		stratum.Persons += int64(u.Members)
		stratum.Believed += sel.believed[i]
	}
	var list []Stratum
	for _, stratum := range found {
		list = append(list, *stratum)
	}
	slices.SortFunc(list, func(a, b Stratum) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// writeChunk is how many households one transaction writes.
const writeChunk = 300

// begin writes a campaign with its households. It does not run yet.
func (s *Service) begin(ctx context.Context, scope access.Scope, c *Campaign, strata []Stratum, teams []Team, tasks []Task) error {
	id, err := s.journal.Ids().One(ctx, 0)
	if err != nil {
		return err
	}
	c.ID = id
	command, err := s.journal.Begin(ctx, who(scope, c.Area))
	if err != nil {
		return err
	}
	err = command.Note(ctx, journal.Entry{Kind: "campaign.planned", SubjectKind: "campaign", Subject: c.ID, Area: c.Area,
		Body: map[string]any{"design": c.Design, "method": c.Method, "seed": strconv.FormatUint(c.Seed, 10), "frame": c.Frame, "households": len(tasks), "due": c.Due.String()}})
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO campaign (id, area, design, kind, method, pack, state, starts, due, seed, frame, account, holder, created)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`, c.ID, c.Area, c.Design, string(c.Kind), string(c.Method), c.Pack, string(c.State), int64(c.Starts), int64(c.Due),
			strconv.FormatUint(c.Seed, 10), c.Frame, c.Account, c.Holder, int64(c.Created))
		if err != nil {
			return err
		}
		if err := tx.Bulk(ctx, "campaign_stratum", []string{"campaign", "stratum", "area", "standing", "households", "persons", "believed"}, stratumRows(c.ID, strata)); err != nil {
			return err
		}
		if err := tx.Bulk(ctx, "campaign_team", []string{"campaign", "team", "account", "holder", "base"}, teamRows(c.ID, teams)); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("store a campaign: %w", err)
	}
	for part := range slices.Chunk(tasks, writeChunk) {
		if err := s.draw(ctx, scope, *c, part); err != nil {
			return err
		}
	}
	return nil
}

func stratumRows(id int64, strata []Stratum) [][]any {
	rows := make([][]any, len(strata))
	for i, one := range strata {
		rows[i] = []any{id, one.Name, one.Area, string(one.Standing), one.Households, one.Persons, one.Believed}
	}
	return rows
}

func teamRows(id int64, teams []Team) [][]any {
	var rows [][]any
	for _, team := range teams {
		for _, one := range team.Members {
			rows = append(rows, []any{id, team.Number, one.Account, one.Holder, team.Base})
		}
	}
	return rows
}

var taskColumns = []string{"home", "campaign", "household", "area", "place", "persons", "stratum", "standing", "chance", "believed", "official", "recorder", "source", "rule", "line", "team", "second", "state"}

// draw writes households of a campaign, each with its event.
func (s *Service) draw(ctx context.Context, scope access.Scope, c Campaign, tasks []Task) error {
	command, err := s.journal.Begin(ctx, who(scope, c.Area))
	if err != nil {
		return err
	}
	rows := make([][]any, len(tasks))
	for i, t := range tasks {
		rows[i] = []any{t.Home, c.ID, t.Household, t.Area, t.Place, t.Persons, t.Stratum, string(t.Standing), t.Chance, t.Believed, t.Official, t.Recorder, t.Source, t.Rule, t.Line, t.Team, t.Second, string(t.State)}
		err := command.Note(ctx, journal.Entry{Kind: "household.visit-planned", SubjectKind: registry.SubjectHousehold, Subject: t.Household, Home: t.Home, Area: t.Area,
			Body: map[string]any{"campaign": c.ID, "team": t.Team}})
		if err != nil {
			return err
		}
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := tx.Bulk(ctx, "campaign_household", taskColumns, rows); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("store the households of a campaign: %w", err)
	}
	return nil
}

// turn brings a campaign into another state.
func (s *Service) turn(ctx context.Context, scope access.Scope, c *Campaign, to State, command *journal.Command) error {
	closed := clock.Time(0)
	if to == Closed {
		closed = s.journal.Clock().Now()
	}
	err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := store.Bump(ctx, tx, "campaign", "{checked} AND id = $1", c.Ver, c.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE campaign SET state = $2, closed = $3 WHERE {checked} AND id = $1", c.ID, string(to), int64(closed)); err != nil || command == nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("change the state of a campaign: %w", err)
	}
	c.State, c.Closed, c.Ver = to, closed, c.Ver+1
	return nil
}
