package office

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// ApprovalState is where an act that needs a second person is.
type ApprovalState string

// The states. An approval that was not used in time has expired.
const (
	Asked             ApprovalState = "asked"
	Approved          ApprovalState = "approved"
	Refused           ApprovalState = "refused"
	ApprovalWithdrawn ApprovalState = "withdrawn"
	Used              ApprovalState = "used"
	Expired           ApprovalState = "expired"
)

// approvalLasts is how long an approval waits to be decided, and again to be used.
const approvalLasts = 7 * 24 * time.Hour

// ApprovalKind is a kind of act that needs a second person. A room registers its kinds once, at start:
//
//	approvals.Register(office.ApprovalKind{Name: "household.export", Label: "files.approval", Ask: access.ExportRun, Decide: access.ChangeDecide})
//	a, err := approvals.Ask(ctx, caller, office.Act{Kind: "household.export", Area: key, What: exactlyWhat, Title: "…", Reason: "…"})
//	// another person agrees on the page /approvals or by the API; then, with the approval's id:
//	use, err := approvals.Use(ctx, caller, id, act)  // before the transaction; a Forbidden fault without agreement
//	db.Tx(ctx, scope, func(tx store.Tx) error { if err := use(ctx, tx); err != nil { return err }; …the act itself… })
//
// The act fails with a Conflict fault if the approval was used meanwhile: it serves once.
type ApprovalKind struct {
	Name  string // "household.export"
	Label string // key of the message that names the act
	// Ask is the verb that the act itself needs, Decide the verb that whoever agrees to it needs, for its whole area.
	Ask, Decide access.Verb
	// Agreed prepares the act where the agreement itself is what does it: what it returns runs in the transaction of the
	// agreement, which is used thereby. nil where who asked does the act later, by Use.
	Agreed func(context.Context, access.Caller, Approval) (func(context.Context, store.Tx) error, error)
}

// Act is what somebody wants to do.
type Act struct {
	Kind string
	Area int64 // key of the area that it concerns with everything below; 0 for everywhere
	// Subject is the record's number where the act is about one, "" else.
	Subject string
	// What says exactly what is to be done. It is kept as JSON and compared at use, so that nothing else can be done
	// under the approval; it holds no personal data.
	What any
	// Title names the act in a line, Reason says why; neither holds personal data.
	Title, Reason string
	// Concerns are the identifiers of the households and persons that it concerns, so that nobody asks or decides in a
	// matter of their own; nil where it concerns a whole area.
	Concerns []int64
}

// Approval is an act that was asked for.
type Approval struct {
	ID            int64
	Kind          string
	State         ApprovalState
	Area          int64
	Subject       string
	What          json.RawMessage
	Title, Reason string
	Account       int64 // who asked
	Person        string
	Asked         clock.Time
	Expires       clock.Time // until when it can be decided or, once approved, used
	DecidedBy     int64      // 0 while undecided
	Decided       clock.Time
	Comment       string
	Used          clock.Time // 0 if not yet
	Ver           int64

	concerns      []int64
	rng           access.Range
	decidedPerson string
}

// Approvals keeps acts that need a second person.
type Approvals struct {
	db      *access.DB
	journal *journal.Journal
	scheme  area.Scheme
	kinds   map[string]ApprovalKind
}

// NewApprovals opens the approvals of a database; rooms register their kinds before use.
func NewApprovals(db *access.DB, j *journal.Journal, scheme area.Scheme) *Approvals {
	return &Approvals{db: db, journal: j, scheme: scheme, kinds: map[string]ApprovalKind{}}
}

// Register adds a kind of act.
func (s *Approvals) Register(kinds ...ApprovalKind) {
	for _, k := range kinds {
		s.kinds[k.Name] = k
	}
}

// Kinds are the names of the registered kinds.
func (s *Approvals) Kinds() []string { return slices.Sorted(maps.Keys(s.kinds)) }

// Kind returns a kind by its name.
func (s *Approvals) Kind(name string) ApprovalKind { return s.kinds[name] }

// Ask asks for an act. It returns an Invalid fault without title or reason and a Forbidden fault for who may not do
// the act in its whole area, or whose own household it concerns.
func (s *Approvals) Ask(ctx context.Context, c access.Caller, act Act) (Approval, error) {
	kind, ok := s.kinds[act.Kind]
	if !ok {
		return Approval{}, fmt.Errorf("no kind of approval %q", act.Kind)
	}
	a := Approval{Kind: act.Kind, State: Asked, Area: act.Area, Subject: act.Subject, Title: strings.TrimSpace(act.Title), Reason: strings.TrimSpace(act.Reason),
		Account: c.Account, Ver: 1, concerns: act.Concerns, rng: s.rangeOf(act.Area)}
	for field, value := range map[string]string{"title": a.Title, "reason": a.Reason} {
		if value == "" {
			return a, invalid(ctx, field, "approval_empty")
		}
	}
	scope, err := access.Decide(c, kind.Ask)
	if err != nil {
		return a, err
	}
	if !within(scope, a.rng) {
		return a, refuse(ctx, fault.Forbidden, "approval_beyond")
	}
	as := scope.Acting(a.rng.Lo)
	if err := access.NotOwn(as, access.ApprovalAskStep, act.Concerns...); err != nil {
		return a, err
	}
	a.Person = as.Holder()
	if a.What, err = json.Marshal(act.What); err != nil {
		return a, fmt.Errorf("write down an act: %w", err)
	}
	concerns, err := json.Marshal(act.Concerns)
	if err != nil {
		return a, err
	}
	if a.ID, err = s.journal.Ids().One(ctx, 0); err != nil {
		return a, err
	}
	err = s.write(ctx, c, scope, a, "asked", a.Reason, func(tx store.Tx, at clock.Time) error {
		a.Asked, a.Expires = at, at.Add(approvalLasts)
		_, err := tx.Exec(ctx, `INSERT INTO approval (id, kind, state, area, lo, hi, subject, what, concerns, title, reason, account, person, asked, expires)
			VALUES ($1, $2, 'asked', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			a.ID, a.Kind, a.Area, a.rng.Lo, a.rng.Hi, a.Subject, string(a.What), string(concerns), a.Title, a.Reason, a.Account, a.Person, int64(at), int64(a.Expires))
		return err
	})
	return a, err
}

// Approve agrees to an act that another person asked for. ver is the version that was read. A Forbidden fault: the
// caller asked for it, by whichever account; a Stale fault: it was decided meanwhile; a Gone fault: it has expired.
func (s *Approvals) Approve(ctx context.Context, c access.Caller, id, ver int64, comment string) (Approval, error) {
	return s.decide(ctx, c, id, ver, Approved, comment)
}

// Refuse disagrees, with a comment that says why.
func (s *Approvals) Refuse(ctx context.Context, c access.Caller, id, ver int64, comment string) (Approval, error) {
	if strings.TrimSpace(comment) == "" {
		return Approval{}, invalid(ctx, "comment", "approval_comment")
	}
	return s.decide(ctx, c, id, ver, Refused, comment)
}

func (s *Approvals) decide(ctx context.Context, c access.Caller, id, ver int64, to ApprovalState, comment string) (Approval, error) {
	a, err := s.Get(ctx, c, id)
	if err != nil {
		return a, err
	}
	scope, err := access.Decide(c, s.kinds[a.Kind].Decide)
	if err != nil {
		return a, err
	}
	as := scope.Acting(a.rng.Lo)
	if err := a.barred(as); err != nil {
		return a, err
	}
	if !within(scope, a.rng) {
		return a, refuse(ctx, fault.Forbidden, "approval_beyond")
	}
	if err := s.open(ctx, a, ver, Asked); err != nil {
		return a, err
	}
	act, err := s.agreed(ctx, c, a, to)
	if err != nil {
		return a, err
	}
	a.State, a.DecidedBy, a.decidedPerson, a.Comment, a.Ver = to, c.Account, as.Holder(), strings.TrimSpace(comment), ver+1
	err = s.write(ctx, c, scope, a, string(to), a.Comment, func(tx store.Tx, at clock.Time) error {
		a.Decided, a.Expires = at, at.Add(approvalLasts)
		if err := store.Bump(ctx, tx, "approval", "{checked} AND id = $1 AND state = 'asked'", ver, a.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE approval SET state = $2, decided_by = $3, decided_person = $4, decided = $5, comment = $6, expires = $7 WHERE {checked} AND id = $1",
			a.ID, string(to), c.Account, a.decidedPerson, int64(at), a.Comment, int64(a.Expires))
		if err != nil || act == nil {
			return err
		}
		a.State, a.Used = Used, at
		if _, err := tx.Exec(ctx, "UPDATE approval SET state = 'used', used = $2 WHERE {checked} AND id = $1", a.ID, int64(at)); err != nil {
			return err
		}
		return act(ctx, tx)
	})
	return a, err
}

// agreed prepares the act that agreeing does; nil where there is none.
func (s *Approvals) agreed(ctx context.Context, c access.Caller, a Approval, to ApprovalState) (func(context.Context, store.Tx) error, error) {
	if prepare := s.kinds[a.Kind].Agreed; to == Approved && prepare != nil {
		return prepare(ctx, c, a)
	}
	return nil, nil
}

// Withdraw takes back what one asked for oneself and did not use yet.
func (s *Approvals) Withdraw(ctx context.Context, c access.Caller, id, ver int64) (Approval, error) {
	a, err := s.Get(ctx, c, id)
	if err != nil {
		return a, err
	}
	if a.Account != c.Account {
		return a, refuse(ctx, fault.Forbidden, "approval_others")
	}
	if err := s.open(ctx, a, ver, Asked, Approved); err != nil {
		return a, err
	}
	a.State, a.Ver = ApprovalWithdrawn, ver+1
	err = s.write(ctx, c, access.Scope{}, a, "withdrawn", "", func(tx store.Tx, _ clock.Time) error {
		if err := store.Bump(ctx, tx, "approval", "{checked} AND id = $1 AND state IN ('asked', 'approved')", ver, a.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE approval SET state = 'withdrawn' WHERE {checked} AND id = $1", a.ID)
		return err
	})
	return a, err
}

// open says whether an approval at version ver is in one of states and in time.
func (s *Approvals) open(ctx context.Context, a Approval, ver int64, states ...ApprovalState) error {
	switch {
	case a.State == Expired:
		return refuse(ctx, fault.Gone, "approval_expired")
	case !slices.Contains(states, a.State):
		return refuse(ctx, fault.Conflict, "approval_decided")
	case a.Ver != ver:
		return fault.New(fault.Stale, "the request was changed by somebody else in the meantime").Coded("change.moved")
	}
	return nil
}

// Use prepares the use of an approval for the very act that was agreed to. Run what it returns in the transaction of
// the act: it marks the approval as used and journals that, or fails with a Conflict fault if it was used meanwhile.
// It returns a Forbidden fault where nobody else has agreed to this act of this caller, a Gone fault where the
// agreement has expired.
func (s *Approvals) Use(ctx context.Context, c access.Caller, id int64, act Act) (func(context.Context, store.Tx) error, error) {
	found, err := s.read(ctx, "id = $1", id)
	if err != nil {
		return nil, err
	}
	what, err := json.Marshal(act.What)
	if err != nil {
		return nil, fmt.Errorf("write down an act: %w", err)
	}
	if len(found) == 0 || !found[0].covers(c, act, what) {
		return nil, refuse(ctx, fault.Forbidden, "approval_needed")
	}
	a := found[0]
	switch a.State {
	case Approved:
	case Expired:
		return nil, refuse(ctx, fault.Gone, "approval_expired")
	case Used:
		return nil, refuse(ctx, fault.Conflict, "approval_used")
	default:
		return nil, refuse(ctx, fault.Forbidden, "approval_needed")
	}
	if a.decidedPerson == a.Person {
		return nil, fmt.Errorf("approval %d was decided by who asked for it", a.ID)
	}
	command, err := s.begin(ctx, c, access.Scope{}, a, "used", "")
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE approval SET state = 'used', used = $2, ver = ver + 1 WHERE {checked} AND id = $1 AND state = 'approved'", a.ID, int64(command.At))
		if err != nil {
			return fmt.Errorf("use an approval: %w", err)
		}
		if n != 1 {
			return refuse(ctx, fault.Conflict, "approval_used")
		}
		return command.Append(ctx, tx)
	}, nil
}

// covers says whether the approval is for this act of this caller.
func (a Approval) covers(c access.Caller, act Act, what []byte) bool {
	return a.Account == c.Account && a.Kind == act.Kind && a.Area == act.Area && a.Subject == act.Subject && string(a.What) == string(what)
}

// begin starts the command of something that happens to an approval.
func (s *Approvals) begin(ctx context.Context, c access.Caller, scope access.Scope, a Approval, what, why string) (*journal.Command, error) {
	role := scope.Role(a.rng.Lo)
	if role == "" {
		role = "self"
	}
	command, err := s.journal.Begin(ctx, journal.Who{Account: c.Account, Role: role, Place: c.Place, Why: why})
	if err != nil {
		return nil, err
	}
	return command, command.Note(ctx, journal.Entry{Kind: "approval." + what, SubjectKind: "approval", Subject: a.ID, Area: a.Area,
		VerBefore: a.Ver - 1, VerAfter: a.Ver, Body: map[string]any{"kind": a.Kind, "subject": a.Subject, "what": a.What}})
}

// write runs work in a transaction together with the event.
func (s *Approvals) write(ctx context.Context, c access.Caller, scope access.Scope, a Approval, what, why string, work func(store.Tx, clock.Time) error) error {
	command, err := s.begin(ctx, c, scope, a, what, why)
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, system, func(tx store.Tx) error {
		if err := work(tx, command.At); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("store an approval: %w", err)
	}
	return nil
}
