package crosscheck

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// Screen is something that the register itself shows: interests of officials, and households that may not exist.
type Screen string

// The screens.
const (
	Kin         Screen = "kin"          // declared kin of an official, in-laws among them, or a household to which a member of theirs moved
	SharedPhone Screen = "shared_phone" // one telephone number in several households
	SamePoint   Screen = "same_point"   // houses of several households at one point
)

// ScreenJobKind is the kind of the jobs that look at what the register itself shows.
const ScreenJobKind = "screens"

// screens checks what a screen needs.
func (c *Check) screens(p *policy.Pack) error {
	status, ok := p.Item(registry.SubjectHousehold, registry.FieldStatus)
	if !ok || len(c.Groups) == 0 {
		return fmt.Errorf("say in which groups of statuses households are looked at")
	}
	for _, group := range c.Groups {
		if !slices.ContainsFunc(status.Options(), func(o policy.Option) bool { return o.Group == group }) {
			return fmt.Errorf("no status is of group %q", group)
		}
	}
	switch {
	case c.Screen == Kin && c.Months > 0 && c.Months <= 120:
	case (c.Screen == SharedPhone || c.Screen == SamePoint) && c.Least >= 2:
	default:
		return fmt.Errorf("screen %q is kin with months, or shared_phone or same_point with least, of 2 or more", c.Screen)
	}
	return nil
}

// Signs are what a screen found about a household, without personal data.
type Signs struct {
	Relation   string  `json:"relation,omitempty"`   // declared by an official
	Moved      bool    `json:"moved,omitempty"`      // a member came from the household of that relation
	Households []int64 `json:"households,omitempty"` // that share the thing
}

// SignsOf are what a screen found, the zero value for a lead of a list.
func SignsOf(l Lead) (Signs, error) {
	var signs Signs
	if l.Signs == "" {
		return signs, nil
	}
	return signs, json.Unmarshal([]byte(l.Signs), &signs)
}

// screenArgs are the arguments of a job.
type screenArgs struct {
	Area int64 `json:"area"`
}

// StartScreens looks at the households of an area as a job. It returns a NotFound fault for an area out of scope.
func (s *Service) StartScreens(ctx context.Context, scope access.Scope, area int64) (job.Job, error) {
	if !scope.Holds(area) {
		return job.Job{}, fault.New(fault.NotFound, "no such area")
	}
	return s.jobs.Submit(ctx, scope.Caller().Account, job.Request{Kind: ScreenJobKind, Title: "screens", Args: screenArgs{area}, Area: area, Range: s.registry.Areas().Scheme().Range(area)})
}

// screen runs the screens of the pack at an area. What is known as a lead stays as it is, so that a run may be repeated.
func (s *Service) screen(ctx context.Context, run *job.Run) error {
	var args screenArgs
	if err := json.Unmarshal(run.Job.Args, &args); err != nil {
		return err
	}
	pack, checks, err := s.Checks(args.Area)
	if err != nil || pack == nil {
		return err
	}
	within := program.Within(s.registry.Areas().Scheme().Range(args.Area))
	counts := job.Counts{}
	for i := range checks.List {
		check := &checks.List[i]
		if check.Screen == "" {
			continue
		}
		looked, err := s.look(ctx, within, pack, check)
		if err != nil {
			return fmt.Errorf("look by %s: %w", check.Code, err)
		}
		for some := range slices.Chunk(looked, runChunk) {
			var now job.Counts
			_, err := s.settle(ctx, check, some, func(ctx context.Context, tx store.Tx, fresh int64) error {
				now = counts.Add(job.Counts{In: int64(len(some)), Created: fresh, Unchanged: int64(len(some)) - fresh})
				return run.Save(ctx, tx, now.In, 0, now, nil)
			})
			if err != nil {
				return err
			}
			counts = now
		}
	}
	return nil
}

// seat is a household where it is.
type seat struct {
	home, id, area int64
	status         string
}

// look finds what a screen shows.
func (s *Service) look(ctx context.Context, within access.Scope, pack *policy.Pack, check *Check) ([]hit, error) {
	l := looker{s: s, within: within, check: check, statuses: statusesOf(pack, check.Groups)}
	switch check.Screen {
	case Kin:
		return l.kin(ctx)
	case SharedPhone:
		return l.shared(ctx, `SELECT DISTINCT p.digits, h.home, h.id, h.area, h.status FROM phone_key p JOIN household h ON h.home = p.home AND h.id = p.household
			WHERE {scope h.area} AND h.closed IS NULL ORDER BY p.digits, h.id`)
	default: // to a metre or so
		return l.shared(ctx, `SELECT DISTINCT CAST(CAST(d.lat * 100000 AS bigint) AS text) || '/' || CAST(CAST(d.lon * 100000 AS bigint) AS text) AS thing, h.home, h.id, h.area, h.status
			FROM dwelling d JOIN household h ON h.home = d.home AND h.id = d.household WHERE {scope h.area} AND h.closed IS NULL AND d.to_day IS NULL AND d.lat IS NOT NULL AND d.lon IS NOT NULL ORDER BY thing, h.id`)
	}
}

func statusesOf(pack *policy.Pack, groups []string) []string {
	var list []string
	if item, ok := pack.Item(registry.SubjectHousehold, registry.FieldStatus); ok {
		for _, option := range item.Options() {
			if slices.Contains(groups, option.Group) {
				list = append(list, option.Code)
			}
		}
	}
	return list
}

// looker is a screen at work.
type looker struct {
	s        *Service
	within   access.Scope
	check    *Check
	statuses []string
}

// hit is a household that a screen shows; what tells it from others at every run.
func (l looker) hit(at seat, what string, signs Signs) (hit, error) {
	body, err := json.Marshal(signs)
	return hit{list: List{Day: l.s.today()}, member: registry.Identity{Home: at.home, Household: at.id, Area: at.area}, kind: registry.SubjectHousehold, subject: at.id,
		how: ByScreen, probability: 1, mark: l.s.mark(l.check.Code, at.id, what), signs: string(body)}, err
}

// shared finds households on the register that have a thing in common with others.
func (l looker) shared(ctx context.Context, sql string) ([]hit, error) {
	type holding struct {
		thing string
		seat
	}
	all, err := store.All(ctx, l.s.db.In(l.within), sql, nil, func(r store.Rows, h *holding) error { return r.Scan(&h.thing, &h.home, &h.id, &h.area, &h.status) })
	if err != nil {
		return nil, err
	}
	var hits []hit
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(h holding) bool { return h.thing != all[0].thing })
		if n < 0 {
			n = len(all)
		}
		if n >= l.check.Least {
			var signs Signs
			for _, h := range all[:n] {
				signs.Households = append(signs.Households, h.id)
			}
			for _, h := range all[:n] {
				if !slices.Contains(l.statuses, h.status) {
					continue
				}
				one, err := l.hit(h.seat, h.thing, signs)
				if err != nil {
					return nil, err
				}
				hits = append(hits, one)
			}
		}
		all = all[n:]
	}
	return hits, nil
}

// related is a household that an official declared, or to which a member of such a household moved.
type related struct {
	seat
	official, relation string
	from               int64 // the declared household from which a member moved, 0 for the declared household itself
}

// kin finds households on the register that officials declared as their own or their kin's, and those to which a member
// of such a household moved lately: two steps from the official.
func (l looker) kin(ctx context.Context) ([]hit, error) {
	const declared = `SELECT o.person AS official, o.relation, o.home, o.subject AS household FROM own_declared o WHERE o.subject_kind = 'household'
		UNION SELECT o.person, o.relation, m.home, m.household FROM own_declared o JOIN membership m ON m.home = o.home AND m.person = o.subject AND m.to_day IS NULL WHERE o.subject_kind = 'person'`
	scan := func(r store.Rows, one *related) error {
		return r.Scan(&one.home, &one.id, &one.area, &one.status, &one.official, &one.relation, &one.from)
	}
	q := l.s.db.In(l.within)
	list, err := store.All(ctx, q, "SELECT h.home, h.id, h.area, h.status, d.official, d.relation, 0 FROM ("+declared+`) d JOIN household h ON h.home = d.home AND h.id = d.household
		WHERE {scope h.area} AND h.closed IS NULL`, nil, scan)
	if err != nil {
		return nil, err
	}
	moved, err := store.All(ctx, q, "SELECT DISTINCT h.home, h.id, h.area, h.status, d.official, d.relation, d.household FROM ("+declared+`) d
		JOIN membership b ON b.home = d.home AND b.household = d.household AND b.to_day >= $1
		JOIN membership n ON n.home = b.home AND n.person = b.person AND n.household <> b.household AND n.to_day IS NULL
		JOIN household h ON h.home = n.home AND h.id = n.household WHERE {scope h.area} AND h.closed IS NULL`, []any{int64(l.s.today().AddMonths(-l.check.Months))}, scan)
	if err != nil {
		return nil, err
	}
	all := append(list, moved...)
	slices.SortFunc(all, func(a, b related) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.official, b.official), cmp.Compare(a.from, b.from), cmp.Compare(a.relation, b.relation))
	})
	var hits []hit
	for _, one := range all {
		if !slices.Contains(l.statuses, one.status) {
			continue
		}
		found, err := l.hit(one.seat, one.official+"/"+strconv.FormatInt(one.from, 10), Signs{Relation: one.relation, Moved: one.from != 0})
		if err != nil {
			return nil, err
		}
		hits = append(hits, found)
	}
	return hits, nil
}
