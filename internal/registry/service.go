package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/mirror"
	"rightkey/internal/office"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/registry/upload"
	"rightkey/internal/store"
)

// Service is the registry of one database.
type Service struct {
	db      *access.DB
	journal *journal.Journal
	keys    *journal.Keys
	areas   *area.Service
	packs   *library.Library
	changes *change.Service
	jobs    *job.Runner
	// unmaskings count and limit the showing of secret fields
	unmaskings *office.Unmaskings
	// approvals keep the agreement of second persons; nil where nothing that needs one can be done
	approvals *office.Approvals
	// caller says who an account is today
	caller func(ctx context.Context, account int64) (access.Caller, error)

	verdict     string         // see Needs
	mirror      *mirror.Mirror // nil where nobody follows the register
	mostCounted int            // see Needs
	scanner     upload.Scanner // nil: files are not looked through
	drawing     sync.Mutex     // one picture is decoded at a time

	sweeper sweeper // keys to find by on their way to where they stay
	waiting late    // and those that have not set out

	norms norms // what is usual in villages

	newcomers PersonCheck // nil where nobody looks at them

	mu    sync.Mutex
	items map[string]int64 // numbers of indexed items by subject.code
}

// Needs is what the registry works with.
type Needs struct {
	DB      *access.DB
	Journal *journal.Journal
	Keys    *journal.Keys
	Areas   *area.Service
	Packs   *library.Library
	Changes *change.Service
	Jobs    *job.Runner
	// Unmaskings count and limit the showing of secret fields; without them none is shown.
	Unmaskings *office.Unmaskings
	// Approvals keep the agreement of second persons, which large exports need; ApprovalKinds are registered with them.
	Approvals *office.Approvals
	// Verdict is the scalar query by which a later room tells what the newest assessment of household h says, one of
	// Verdicts; without it nothing is filtered by it.
	Verdict string
	// MostCounted is how many households of an area are counted by SQL while the register is read into a mirror (see
	// Countable); 0 for 20,000.
	MostCounted int
	// Caller says who an account is today, for jobs that go on later.
	Caller func(ctx context.Context, account int64) (access.Caller, error)
}

// NewService opens the registry and registers its subjects with the change room and its jobs with the runner.
func NewService(n Needs) *Service {
	s := &Service{db: n.DB, journal: n.Journal, keys: n.Keys, areas: n.Areas, packs: n.Packs, changes: n.Changes, jobs: n.Jobs, unmaskings: n.Unmaskings, approvals: n.Approvals, caller: n.Caller, verdict: n.Verdict, mostCounted: cmp.Or(n.MostCounted, 20_000), items: map[string]int64{}}
	n.Changes.Register(SubjectHousehold, householdSubject{s})
	n.Changes.Register(SubjectPerson, personSubject{s})
	n.Changes.Register(SubjectRoster, rosterSubject{s})
	n.Changes.Register(SubjectDwelling, dwellingSubject{s})
	n.Changes.Register(SubjectIncome, entrySubject{s, SubjectIncome})
	n.Changes.Register(SubjectExpenditure, entrySubject{s, SubjectExpenditure})
	n.Changes.RegisterOthers(s.placeKind)
	if n.Jobs != nil {
		n.Jobs.Register(importKind, importer{s, n.Caller}.work)
		n.Jobs.Register(findKind, s.makeFindKeys)
		n.Jobs.Register(exportKind, exporter{s, n.Caller}.work)
	}
	return s
}

// Changes is the change room, for pages.
func (s *Service) Changes() *change.Service { return s.changes }

// Areas is the area service, for pages.
func (s *Service) Areas() *area.Service { return s.areas }

// Now is the present moment.
func (s *Service) Now() clock.Time { return s.journal.Clock().Now() }

// today is the present day.
func (s *Service) today() clock.Day { return s.journal.Clock().Now().Day(time.UTC) }

// Pack is the policy pack in use at an area today.
func (s *Service) Pack(area int64) (*policy.Pack, error) { return s.packs.At(area, s.today()) }

const householdColumns = "h.home, h.id, h.number, h.area, h.status, h.status_from, h.head, h.head_name, h.members, h.opened, h.closed, h.origin, h.ver"

func scanHousehold(r store.Rows, h *Household) error {
	var closed *int64
	err := r.Scan(&h.Home, &h.ID, &h.Number, &h.Area, &h.Status, &h.Since, &h.Head, &h.HeadName, &h.Members, &h.Opened, &closed, &h.Origin, &h.Ver)
	h.Closed = day(closed)
	return err
}

func day(n *int64) *clock.Day {
	if n == nil {
		return nil
	}
	d := clock.Day(*n)
	return &d
}

func days(d *clock.Day) *int64 {
	if d == nil {
		return nil
	}
	n := int64(*d)
	return &n
}

// household returns a household in scope, with every column.
func (s *Service) household(ctx context.Context, scope access.Scope, id int64) (Household, error) {
	home, err := s.journal.Ids().Home(ctx, id)
	if err != nil {
		return Household{}, err
	}
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+householdColumns+" FROM household h WHERE h.home = $1 AND h.id = $2 AND {scope h.area h.id}", []any{home, id}, scanHousehold)
	if err != nil {
		return Household{}, fmt.Errorf("read a household: %w", err)
	}
	if len(found) == 0 {
		return Household{}, fault.New(fault.NotFound, "no such household")
	}
	return found[0], nil
}

const personColumns = "p.home, p.id, p.number, p.name, p.sex, p.birth, p.died, p.id_tail, p.id_state, p.ver, coalesce(p.erased, 0)"

func scanPersonInto(p *Person, birth, died **int64) []any {
	return []any{&p.Home, &p.ID, &p.Number, &p.Name, &p.Sex, birth, died, &p.IDTail, &p.IDState, &p.Ver, (*int64)(&p.Erased)}
}

// person returns a person and the household he lives in now; one out of scope, or erased, is absent.
func (s *Service) person(ctx context.Context, scope access.Scope, id int64) (Person, Household, string, error) {
	home, err := s.journal.Ids().Home(ctx, id)
	if err != nil {
		return Person{}, Household{}, "", err
	}
	p, h, relation, err := s.personAt(ctx, scope, home, id)
	if !fault.Is(err, fault.NotFound) {
		return p, h, relation, err
	}
	elsewhere, moved, movedErr := s.journal.Ids().Moved(ctx, id, home)
	if movedErr != nil || !moved {
		return p, h, relation, errors.Join(movedErr, err)
	}
	return s.personAt(ctx, scope, elsewhere, id)
}

// personAt is person in a home.
func (s *Service) personAt(ctx context.Context, scope access.Scope, home, id int64) (Person, Household, string, error) {
	var p Person
	var household int64
	var relation string
	var birth, died *int64
	err := store.One(ctx, s.db.In(scope), "SELECT "+personColumns+`, m.household, m.relation FROM person p
		JOIN membership m ON m.home = p.home AND m.person = p.id AND m.to_day IS NULL
		JOIN household h ON h.home = m.home AND h.id = m.household
		WHERE p.home = $1 AND p.id = $2 AND p.erased IS NULL AND {scope h.area h.id}`, []any{home, id}, append(scanPersonInto(&p, &birth, &died), &household, &relation)...)
	if errors.Is(err, store.ErrNoRows) {
		return Person{}, Household{}, "", fault.New(fault.NotFound, "no such person")
	}
	if err != nil {
		return Person{}, Household{}, "", fmt.Errorf("read a person: %w", err)
	}
	p.Birth, p.Died = day(birth), day(died)
	h, err := s.household(ctx, scope, household)
	return p, h, relation, err
}
