package registry

import (
	"context"
	"errors"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/store"
	"rightkey/internal/web"
)

// Erasures takes persons' data away for good, by right of the person or by order: one asks, another agrees, then it is
// done. Nobody is erased while a legal hold stands.
type Erasures struct {
	s         *Service
	approvals *office.Approvals
	done      *journal.Erasures
}

// ErasureKind is the kind of approval that an erasure needs.
const ErasureKind = "person.erase"

// NewErasures opens the erasures of a register; done is the list outside the database.
func NewErasures(s *Service, approvals *office.Approvals, done *journal.Erasures) *Erasures {
	approvals.Register(office.ApprovalKind{Name: ErasureKind, Label: "erasure.kind", Ask: access.PersonErase, Decide: access.PersonErase})
	return &Erasures{s: s, approvals: approvals, done: done}
}

// Standing is how a person stands to erasure.
type Standing struct {
	Person    Person
	Household Household
	Hold      *Hold
	Request   *office.Approval // the newest that the reader may see, nil if there is none
	Mine      bool             // the reader asked for it
}

// Hold forbids the erasure of a person.
type Hold struct {
	Since   clock.Time
	Account int64
	Reason  string
}

// refuse is a fault in the reader's language.
func refuse(ctx context.Context, kind fault.Kind, key string) *fault.Error {
	return fault.New(kind, "%s", web.T(ctx, "erasure.fault."+key))
}

// Of returns how a person in scope stands to erasure, and journals that the person was read.
func (e *Erasures) Of(ctx context.Context, c access.Caller, person int64) (Standing, error) {
	scope, err := access.Decide(c, access.PersonErase)
	if err != nil {
		return Standing{}, err
	}
	m, h, err := e.s.OpenPerson(ctx, scope, person)
	if err != nil {
		return Standing{}, err
	}
	st := Standing{Person: m.Person, Household: h}
	if st.Hold, err = e.hold(ctx, scope, m.Home, m.ID); err != nil {
		return st, err
	}
	asked, err := e.approvals.List(ctx, c, 0, 500)
	if err != nil {
		return st, err
	}
	for i, a := range asked {
		if a.Kind == ErasureKind && a.Subject == m.Number {
			st.Request, st.Mine = &asked[i], a.Account == c.Account
			break
		}
	}
	return st, nil
}

func (e *Erasures) hold(ctx context.Context, scope access.Scope, home, person int64) (*Hold, error) {
	var h Hold
	err := store.One(ctx, e.s.db.In(scope), "SELECT since, account, reason FROM legal_hold WHERE {checked} AND home = $1 AND person = $2", []any{home, person}, (*int64)(&h.Since), &h.Account, &h.Reason)
	if errors.Is(err, store.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a legal hold: %w", err)
	}
	return &h, nil
}

// ErasureAct says exactly who is to be erased, by number. Its fields stand in the order in which they were always kept.
type ErasureAct struct {
	Household string `json:"household"`
	Person    string `json:"person"`
}

// act is what is asked for and agreed to.
func act(p Person, h Household, title, reason string) office.Act {
	return office.Act{Kind: ErasureKind, Area: h.Area, Subject: p.Number, What: ErasureAct{Household: h.Number, Person: p.Number},
		Title: title, Reason: reason, Concerns: []int64{p.ID, h.ID}}
}

// Ask asks for the erasure of a person. It returns a NotFound fault for one out of scope and a Conflict fault while a
// legal hold stands.
func (e *Erasures) Ask(ctx context.Context, c access.Caller, person int64, reason string) (office.Approval, error) {
	_, p, h, err := e.find(ctx, c, access.PersonErase, person)
	if err != nil {
		return office.Approval{}, err
	}
	return e.approvals.Ask(ctx, c, act(p, h, web.T(ctx, "erasure.title_of", "number", p.Number), reason))
}

// find returns a person of the caller's area whose data may be erased.
func (e *Erasures) find(ctx context.Context, c access.Caller, verb access.Verb, person int64) (access.Scope, Person, Household, error) {
	scope, err := access.Decide(c, verb)
	if err != nil {
		return scope, Person{}, Household{}, err
	}
	p, h, _, err := e.s.person(ctx, scope, person)
	if err != nil {
		return scope, p, h, err
	}
	if hold, err := e.hold(ctx, scope, p.Home, p.ID); err != nil || hold != nil {
		if err == nil {
			err = refuse(ctx, fault.Conflict, "hold")
		}
		return scope, p, h, err
	}
	return scope, p, h, nil
}

// Erase erases a person under an approval that another person gave the caller. What is not fit to be restored goes at
// once; the erasure is written down outside the database, so that a backup that is put back loses him again.
func (e *Erasures) Erase(ctx context.Context, c access.Caller, person, approval int64) error {
	scope, p, h, err := e.find(ctx, c, access.PersonErase, person)
	if err != nil {
		return err
	}
	use, err := e.approvals.Use(ctx, c, approval, act(p, h, "", ""))
	if err != nil {
		return err
	}
	who := journal.Who{Account: c.Account, Role: scope.Role(h.Area), Place: c.Place, Why: fmt.Sprintf("approval %d", approval)}
	at, err := e.forget(ctx, scope, who, p, h, approval, use)
	if err != nil {
		return err
	}
	if err := e.done.Add(ctx, journal.Erasure{Home: p.Home, Person: p.ID, Approval: approval, At: at}); err != nil {
		return fmt.Errorf("the person was erased, but the list of erasures outside the database was not written; it will be at the next start: %w", err)
	}
	return nil
}

// forget takes a person's data away in one transaction with its events.
func (e *Erasures) forget(ctx context.Context, scope access.Scope, who journal.Who, p Person, h Household, approval int64, use func(context.Context, store.Tx) error) (clock.Time, error) {
	files, err := e.inFiles(ctx, p.Home, p.ID, h.Area)
	if err != nil {
		return 0, err
	}
	command, err := e.s.journal.Begin(ctx, who)
	if err != nil {
		return 0, err
	}
	entries := []journal.Entry{{Kind: "person.erased", SubjectKind: SubjectPerson, Subject: p.ID, Home: p.Home, Area: h.Area, VerBefore: p.Ver, VerAfter: p.Ver + 1, Body: map[string]any{"approval": approval}}}
	if h.ID != 0 {
		entries = append(entries, journal.Entry{Kind: "household.member-erased", SubjectKind: SubjectHousehold, Subject: h.ID, Home: h.Home, Area: h.Area,
			VerBefore: h.Ver, VerAfter: h.Ver + 1, Body: map[string]any{"person": p.ID}})
	}
	if err := command.Note(ctx, append(entries, files.entries(approval)...)...); err != nil {
		return 0, err
	}
	err = e.s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if use != nil {
			if err := use(ctx, tx); err != nil {
				return err
			}
			if err := e.free(ctx, tx, p); err != nil {
				return err
			}
		}
		if err := store.Bump(ctx, tx, "person", "{checked} AND home = $1 AND id = $2", p.Ver, p.Home, p.ID); err != nil {
			return err
		}
		if h.ID != 0 {
			if err := store.Bump(ctx, tx, "household", "{checked} AND home = $1 AND id = $2", h.Ver, h.Home, h.ID); err != nil {
				return err
			}
		}
		if err := forgetPerson(ctx, tx, p.Home, p.ID); err != nil {
			return err
		}
		if err := files.takeAway(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE person SET erased = $3 WHERE {checked} AND home = $1 AND id = $2", p.Home, p.ID, int64(command.At)); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return 0, fmt.Errorf("erase a person: %w", err)
	}
	e.s.keys.Forget(p.ID)
	for _, f := range files.exports {
		e.s.keys.Forget(f.id)
	}
	return command.At, nil
}

// free says that no hold was put on the person meanwhile.
func (e *Erasures) free(ctx context.Context, tx store.Tx, p Person) error {
	var n int64
	if err := store.One(ctx, tx, "SELECT count(*) FROM legal_hold WHERE {checked} AND home = $1 AND person = $2", []any{p.Home, p.ID}, &n); err != nil {
		return err
	}
	if n > 0 {
		return refuse(ctx, fault.Conflict, "hold")
	}
	return nil
}

// PutHold forbids the erasure of a person until it is lifted.
func (e *Erasures) PutHold(ctx context.Context, c access.Caller, person int64, reason string) error {
	if reason == "" {
		return refuse(ctx, fault.Invalid, "reason").With(0, "reason", "%s", web.T(ctx, "erasure.fault.reason"))
	}
	return e.changeHold(ctx, c, person, "person.held", reason, func(tx store.Tx, p Person, at clock.Time) (int64, error) {
		// The person's row is what a hold and an erasure at the same time meet at.
		return tx.Exec(ctx, "INSERT INTO legal_hold (home, person, since, account, reason) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (home, person) DO NOTHING", p.Home, p.ID, int64(at), c.Account, reason)
	})
}

// LiftHold allows the erasure of a person again.
func (e *Erasures) LiftHold(ctx context.Context, c access.Caller, person int64, reason string) error {
	return e.changeHold(ctx, c, person, "person.released", reason, func(tx store.Tx, p Person, _ clock.Time) (int64, error) {
		return tx.Exec(ctx, "DELETE FROM legal_hold WHERE {checked} AND home = $1 AND person = $2", p.Home, p.ID)
	})
}

func (e *Erasures) changeHold(ctx context.Context, c access.Caller, person int64, kind, reason string, change func(store.Tx, Person, clock.Time) (int64, error)) error {
	scope, err := access.Decide(c, access.PersonHold)
	if err != nil {
		return err
	}
	p, h, _, err := e.s.person(ctx, scope, person)
	if err != nil {
		return err
	}
	command, err := e.s.journal.Begin(ctx, journal.Who{Account: c.Account, Role: scope.Role(h.Area), Place: c.Place, Why: reason})
	if err != nil {
		return err
	}
	if err := command.Note(ctx, journal.Entry{Kind: kind, SubjectKind: SubjectPerson, Subject: p.ID, Home: p.Home, Area: h.Area, VerBefore: p.Ver, VerAfter: p.Ver + 1}); err != nil {
		return err
	}
	err = e.s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := store.Bump(ctx, tx, "person", "{checked} AND home = $1 AND id = $2", p.Ver, p.Home, p.ID); err != nil {
			return err
		}
		n, err := change(tx, p, command.At)
		if err != nil {
			return err
		}
		if n != 1 {
			return refuse(ctx, fault.Conflict, "hold_stands")
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("change a legal hold: %w", err)
	}
	return nil
}

// eraseAgain is the scope of erasures that have to be done again.
var eraseAgain = access.System("an erasure that two persons agreed to is carried out again after a restore")

// Again carries out what the list outside the database holds and the database does not, as after a restore, and writes
// down what the database holds and the list does not, as after a crash. It returns how many persons it erased.
func (e *Erasures) Again(ctx context.Context) (int, error) {
	listed, err := e.done.All(ctx)
	if err != nil {
		return 0, err
	}
	known := map[int64]bool{}
	erased := 0
	for _, one := range listed {
		known[one.Person] = true
		n, err := e.again(ctx, one)
		if err != nil {
			return erased, err
		}
		erased += n
	}
	stored, err := store.All(ctx, e.s.db.In(eraseAgain), "SELECT home, id, erased FROM person WHERE {checked} AND erased IS NOT NULL ORDER BY erased", nil,
		func(r store.Rows, one *journal.Erasure) error {
			return r.Scan(&one.Home, &one.Person, (*int64)(&one.At))
		})
	if err != nil {
		return erased, fmt.Errorf("read erasures: %w", err)
	}
	for _, one := range stored {
		if known[one.Person] {
			continue
		}
		if err := e.done.Add(ctx, one); err != nil {
			return erased, err
		}
	}
	return erased, nil
}

// again erases one person of the list if the database still holds him.
func (e *Erasures) again(ctx context.Context, one journal.Erasure) (int, error) {
	var p Person
	var h Household
	err := store.One(ctx, e.s.db.In(eraseAgain), "SELECT home, id, number, ver FROM person WHERE {checked} AND id = $1 AND home = $2 AND erased IS NULL", []any{one.Person, one.Home}, &p.Home, &p.ID, &p.Number, &p.Ver)
	if errors.Is(err, store.ErrNoRows) {
		return 0, nil // erased already, or registered after the backup
	}
	if err != nil {
		return 0, fmt.Errorf("read a person to be erased: %w", err)
	}
	found, err := store.All(ctx, e.s.db.In(eraseAgain), "SELECT h.home, h.id, h.area, h.ver FROM membership m JOIN household h ON h.home = m.home AND h.id = m.household WHERE {checked} AND m.home = $1 AND m.person = $2 AND m.to_day IS NULL",
		[]any{p.Home, p.ID}, func(r store.Rows, h *Household) error { return r.Scan(&h.Home, &h.ID, &h.Area, &h.Ver) })
	if err != nil {
		return 0, fmt.Errorf("read the household of a person to be erased: %w", err)
	}
	if len(found) > 0 {
		h = found[0]
	}
	_, err = e.forget(ctx, eraseAgain, journal.Who{Role: "system", Place: "restore", Why: fmt.Sprintf("approval %d, again after a restore", one.Approval)}, p, h, one.Approval, nil)
	return 1, err
}
