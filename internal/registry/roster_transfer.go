package registry

import (
	"context"
	"fmt"
	"maps"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// Transfer is a household, or some of its members, that its county hands over to another. Until the other accepts it,
// and until its day, everybody stays where he is, under the eyes of the old county alone; the receiving county sees of
// it what it needs in order to decide.
type Transfer struct {
	Set      int64 // the change set that waits
	Home     int64
	ID       int64 // of the household
	Number   string
	Members  int // of the household
	Persons  int // who go, 0 for the whole household
	From, To int64
	Asked    clock.Time
	Day      clock.Day  // from which it holds
	Expires  *clock.Day // the last day on which it can be accepted; nil: no last day
	State    TransferState
	Comment  string // why it was refused or withdrawn
	// Reopened is why an acceptance did not hold on its day, a message of this room ("registry.transfer.reopened." +
	// Reopened); "" where that did not happen.
	Reopened string
}

// TransferState is where a transfer is.
type TransferState string

// The states of a transfer.
const (
	TransferAsked     TransferState = "asked"
	TransferAccepted  TransferState = "accepted" // waits for its day
	TransferDone      TransferState = "done"
	TransferRefused   TransferState = "refused"
	TransferWithdrawn TransferState = "withdrawn"
	TransferExpired   TransferState = "expired"
)

// ended are the states of transfers by those of their change sets; others wait.
var ended = map[change.State]TransferState{change.Applied: TransferDone, change.Returned: TransferRefused, change.Withdrawn: TransferWithdrawn, change.Expired: TransferExpired}

const transferColumns = `SELECT t.set_id, t.home, t.household, h.number, h.members, t.persons, t.from_area, t.to_area, t.asked, t.day, t.expires, t.accepted, t.reopened, c.state, c.comment
	FROM transfer t JOIN change_set c ON c.id = t.set_id JOIN household h ON h.home = t.home AND h.id = t.household WHERE `

const transferWaits = "c.state IN ('waiting', 'conflict')"

func scanTransfer(r store.Rows, t *Transfer) error {
	var expires, accepted *int64
	var state change.State
	err := r.Scan(&t.Set, &t.Home, &t.ID, &t.Number, &t.Members, &t.Persons, &t.From, &t.To, (*int64)(&t.Asked), &t.Day, &expires, &accepted, &t.Reopened, (*string)(&state), &t.Comment)
	t.Expires = day(expires)
	over, isOver := ended[state]
	switch {
	case isOver:
		t.State = over
	case accepted != nil:
		t.State = TransferAccepted
	default:
		t.State = TransferAsked
	}
	return err
}

// Transfers lists what waits to be accepted into the scope or for its day, oldest first.
func (s *Service) Transfers(ctx context.Context, scope access.Scope, limit int) ([]Transfer, error) {
	return s.transfers(ctx, scope, transferWaits+" AND {scope t.to_area} ORDER BY t.set_id LIMIT $1", limit)
}

// SentTransfers lists what the scope's areas have asked others to accept, newest first, while its households are in
// scope: of what has gone to another county the old one sees nothing.
func (s *Service) SentTransfers(ctx context.Context, scope access.Scope, limit int) ([]Transfer, error) {
	return s.transfers(ctx, scope, "{place t.from_area} AND {scope h.area h.id} ORDER BY t.set_id DESC LIMIT $1", limit)
}

func (s *Service) transfers(ctx context.Context, scope access.Scope, where string, args ...any) ([]Transfer, error) {
	found, err := store.All(ctx, s.db.In(scope), transferColumns+where, args, scanTransfer)
	if err != nil {
		return nil, fmt.Errorf("list transfers: %w", err)
	}
	return found, nil
}

// askCounty notes that a submitted act waits for another county.
func (s *Service) askCounty(ctx context.Context, tx store.Tx, set change.Set, h Household, plan Plan) error {
	pack, err := s.Pack(h.Area)
	if err != nil {
		return err
	}
	var expires *int64
	if days := RosterOf(pack).AnswerDays; days > 0 {
		last := int64(max(set.Submitted.Day(time.UTC), plan.Act.Day)) + int64(days)
		expires = &last
	}
	persons := 0
	if plan.Rule.Kind == ActHandOver {
		persons = len(plan.Act.Persons)
	}
	_, err = tx.Exec(ctx, "INSERT INTO transfer (set_id, home, household, from_area, to_area, asked, persons, day, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		set.ID, h.Home, h.ID, h.Area, plan.Act.Area, int64(set.Submitted), persons, int64(plan.Act.Day), expires)
	return err
}

// transfer finds a transfer that waits to be accepted into the scope, and the scope with which to decide on it.
func (s *Service) transfer(ctx context.Context, scope access.Scope, set int64) (Transfer, access.Scope, error) {
	found, err := s.transfers(ctx, scope, transferWaits+" AND {scope t.to_area} AND t.set_id = $1", set)
	if err != nil {
		return Transfer{}, scope, err
	}
	if len(found) == 0 {
		return Transfer{}, scope, fault.New(fault.NotFound, "no such transfer")
	}
	t := found[0]
	return t, scope.Receiving(s.areas.Scheme().Range(t.From), t.To), nil
}

// OpenTransfer returns a transfer with its change set and what the act comes to, and journals that it was read. Of a
// household that only some leave it shows these. It returns a NotFound fault for one that is not for the scope or is
// decided.
func (s *Service) OpenTransfer(ctx context.Context, scope access.Scope, id int64) (Transfer, change.Set, Reviewed, error) {
	t, wide, err := s.transfer(ctx, scope, id)
	if err != nil {
		return t, change.Set{}, Reviewed{}, err
	}
	set, details, err := s.OpenChange(ctx, wide, t.Set)
	if err != nil {
		return t, set, Reviewed{}, err
	}
	if len(details) != 1 {
		return t, set, Reviewed{}, fault.New(fault.Internal, "a transfer is about one household")
	}
	reviewed, err := s.ReviewAct(ctx, wide, set, details[0])
	if err != nil || reviewed.Rule.Kind != ActHandOver {
		return t, set, reviewed, err
	}
	maps.DeleteFunc(reviewed.People, func(id int64, _ Person) bool { return !reviewed.Act.about(id) })
	reviewed.Act.Head, reviewed.Act.NewHead, reviewed.Act.Relations = 0, 0, nil
	if reviewed.Plan != nil {
		those := reviewed.Plan.those()
		reviewed.Plan = &those
	}
	return t, set, reviewed, nil
}

// Acceptance is what a county answers that takes over a household, or persons into one of its own.
type Acceptance struct {
	Into    *Into // of persons; nil of a household
	Comment string
}

// AcceptTransfer takes over what another county hands over: from its day on the receiving county sees it with its
// history, and the old one no longer does. Before its day the acceptance waits (CarryOutTransfers). ver is the version
// of the set that was read. The caller is another person than who asked. Faults: those of change.Service.Complete, and
// Invalid with Objections.
func (s *Service) AcceptTransfer(ctx context.Context, scope access.Scope, id, ver int64, a Acceptance) (change.Set, error) {
	t, wide, err := s.transfer(ctx, scope, id)
	if err != nil {
		return change.Set{}, err
	}
	if t.Day > s.today() {
		return s.promise(ctx, wide, t, ver, a)
	}
	return s.complete(ctx, wide, t, ver, a)
}

func (s *Service) complete(ctx context.Context, wide access.Scope, t Transfer, ver int64, a Acceptance) (change.Set, error) {
	add := map[int]change.Values{}
	if a.Into != nil {
		text, err := a.Into.encode()
		if err != nil {
			return change.Set{}, err
		}
		add[0] = change.Values{FieldInto: text}
	}
	return s.changes.Complete(ctx, wide, t.Set, ver, a.Comment, add)
}

// RefuseTransfer returns what was to be handed over to the county that asked, with a comment.
func (s *Service) RefuseTransfer(ctx context.Context, scope access.Scope, id, ver int64, comment string) (change.Set, error) {
	t, wide, err := s.transfer(ctx, scope, id)
	if err != nil {
		return change.Set{}, err
	}
	return s.changes.Return(ctx, wide, t.Set, ver, comment)
}
