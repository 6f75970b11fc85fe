package crosscheck

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

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
	Kin          Screen = "kin"           // within two steps of an official: declared kin, in-laws among them, and moves of members
	OwnHand      Screen = "own_hand"      // an official within two steps registered, changed, assessed or approved it
	SharedPhone  Screen = "shared_phone"  // one telephone number in several households
	SharedAnswer Screen = "shared_answer" // one answer to a sealed item, such as a bank account, in several households
	SamePoint    Screen = "same_point"    // houses of several households at one point, or photos of them; photos far from their house
	SamePhoto    Screen = "same_photo"    // one picture, scaled or packed anew perhaps, in several households
	VillageRate  Screen = "village_rate"  // more or fewer households of a village on the register than their welfare predicts
	CopiedAnswer Screen = "copied_answer" // interviews of an account in which hardly an answer differs
	HeapedIncome Screen = "heaped_income" // incomes of an account just below the line rather than just above
	RoundIncome  Screen = "round_income"  // round entries of income of an account
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
	case (c.Screen == Kin || c.Screen == OwnHand) && c.Months > 0 && c.Months <= 120:
	case c.Screen == SharedPhone && c.Least >= 2:
	case c.Screen == SharedAnswer && c.Least >= 2:
		if item, ok := p.Item(registry.SubjectHousehold, c.Item); !ok || item.Class != "P4" {
			return fmt.Errorf("item %q is no sealed item of households", c.Item)
		}
	case c.Screen == SamePoint && c.Least >= 2 && c.Within > 0 && c.Within <= 100 && (c.Apart == 0 || c.Apart > c.Within):
	case (c.Screen == VillageRate || c.Screen == HeapedIncome) && c.Least >= 2 && c.Beyond > 0:
	case c.Screen == CopiedAnswer && c.Least >= 2 && c.Beyond > 0 && c.Within >= 0:
	case c.Screen == RoundIncome && c.Least >= 2 && c.Beyond > 0 && c.Within >= 2:
	case c.Screen == SamePhoto && c.Least >= 2 && c.Within >= 0 && c.Within < likenessBytes:
	default:
		return fmt.Errorf("screen %q is kin or own_hand with months, shared_phone or shared_answer with least (2 or more), same_point with least, within (metres, up to 100) and perhaps apart (metres, more than within), same_photo with least and within (signs, below %d), or village_rate, heaped_income, copied_answer with within (answers) or round_income with within (a multiple) with least and beyond (deviations)", c.Screen, likenessBytes)
	}
	return nil
}

// ofMany says whether a check looks at areas or accounts and not at single households.
func (c *Check) ofMany() bool {
	return slices.Contains([]Screen{VillageRate, CopiedAnswer, HeapedIncome, RoundIncome}, c.Screen)
}

// Signs are what a screen found about a household, without personal data.
type Signs struct {
	Relation   string  `json:"relation,omitempty"`   // declared by an official
	Moved      bool    `json:"moved,omitempty"`      // a member went there, or came from there, lately
	Moves      int     `json:"moves,omitempty"`      // of members, between the household of that relation and this one
	Decided    bool    `json:"decided,omitempty"`    // the official took part in a case of the household
	Deeds      []Deed  `json:"deeds,omitempty"`      // of the official in the household's matters
	Households []int64 `json:"households,omitempty"` // that share the thing
	Away       int     `json:"away,omitempty"`       // metres between the house and where a photo of the household was taken
	Of         int     `json:"of,omitempty"`         // of so many records of an area or account
	Seen       int     `json:"seen,omitempty"`       // so many show it
	Low        float64 `json:"low,omitempty"`        // usual are from so many
	High       float64 `json:"high,omitempty"`       // to so many
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
	l := looker{s: s, within: within, check: check, statuses: registry.StatusesOf(pack, check.Groups...)}
	switch check.Screen {
	case Kin:
		return l.kin(ctx)
	case OwnHand:
		return l.ownHand(ctx)
	case SharedPhone:
		return l.phones(ctx)
	case SharedAnswer:
		return l.answers(ctx, pack)
	case SamePoint:
		return l.points(ctx)
	case VillageRate:
		return l.rates(ctx)
	case CopiedAnswer:
		return l.copied(ctx)
	case HeapedIncome:
		return l.heaped(ctx)
	case RoundIncome:
		return l.rounded(ctx, pack.Digits)
	default:
		return l.photos(ctx)
	}
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
	return l.about(at, registry.SubjectHousehold, at.id, what, signs)
}

// about is a hit on any subject; at is without an id where the subject is not a household.
func (l looker) about(at seat, kind string, subject int64, what string, signs Signs) (hit, error) {
	body, err := json.Marshal(signs)
	return hit{list: List{Day: l.s.today()}, member: registry.Identity{Home: at.home, Household: at.id, Area: at.area}, kind: kind, subject: subject,
		how: ByScreen, probability: 1, mark: l.s.mark(l.check.Code, subject, what), signs: string(body)}, err
}
