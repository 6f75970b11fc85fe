package office

import (
	"context"
	"runtime"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Service manages accounts and signs people in.
type Service struct {
	db        *access.DB
	journal   *journal.Journal
	keys      *journal.Keys
	scheme    area.Scheme
	passwords crypt.Passwords
	breached  crypt.BreachList // nil where the operator gives no list
	approvals *Approvals       // of grants that a second administrator confirms; nil where administrators grant alone
	strict    bool             // roles that need a second factor need it
	hashing   chan struct{}    // one place per password that is worked on, for each takes 64 MiB
}

// Options are what an office is made of. Passwords have a good default.
type Options struct {
	DB      *access.DB
	Journal *journal.Journal
	// Keys seal the secrets of second factors; without them there are none.
	Keys *journal.Keys
	// Scheme tells the subtree of the area of a grant. The zero Scheme knows no areas: grants are for everywhere.
	Scheme    area.Scheme
	Passwords crypt.Passwords
}

// New opens the office of a database.
func New(o Options) *Service {
	if o.Passwords == (crypt.Passwords{}) {
		o.Passwords = crypt.StandardPasswords()
	}
	return &Service{db: o.DB, journal: o.Journal, keys: o.Keys, scheme: o.Scheme, passwords: o.Passwords,
		hashing: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// RequireFactor asks accounts whose roles decide, unmask or manage accounts for a second factor: until they have one,
// those roles are worth nothing. Call it before the service is used.
func (s *Service) RequireFactor() { s.strict = true }

// RefusePasswords refuses new passwords that are on a list of those that became public. Call it before the service is
// used.
func (s *Service) RefusePasswords(list crypt.BreachList) { s.breached = list }

// system is the office's own scope: who may sign in is asked before there is a caller, and accounts belong to no area.
var system = access.System("accounts are looked up before anybody is signed in")

func (s *Service) now() clock.Time { return s.journal.Clock().Now() }

// today is the day on which grants are looked at: the journal's day, in UTC.
func (s *Service) today() clock.Day { return dayOf(s.now()) }

// hash hashes a password, waiting for its turn.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	if err := s.turn(ctx); err != nil {
		return "", err
	}
	defer func() { <-s.hashing }()
	return s.passwords.Hash(password)
}

// verify compares a password with a stored hash; for an empty hash it does the same work in vain.
func (s *Service) verify(ctx context.Context, hash, password string) (bool, error) {
	if err := s.turn(ctx); err != nil {
		return false, err
	}
	defer func() { <-s.hashing }()
	if hash == "" {
		s.passwords.VerifyDummy(password)
		return false, nil
	}
	return s.passwords.Verify(hash, password)
}

func (s *Service) turn(ctx context.Context) error {
	select {
	case s.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// act runs work in a transaction together with the events of entries.
func (s *Service) act(ctx context.Context, who journal.Who, work func(store.Tx, clock.Time) error, entries ...journal.Entry) error {
	return act(ctx, s.db, s.journal, who, work, entries...)
}

func act(ctx context.Context, db *access.DB, j *journal.Journal, who journal.Who, work func(store.Tx, clock.Time) error, entries ...journal.Entry) error {
	command, err := j.Begin(ctx, who)
	if err != nil {
		return err
	}
	if err := command.Note(ctx, entries...); err != nil {
		return err
	}
	return db.Tx(ctx, system, func(tx store.Tx) error {
		if err := work(tx, command.At); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
}

// entry is an event about an account.
func entry(kind string, account int64, body any) journal.Entry {
	return journal.Entry{Kind: "account." + kind, SubjectKind: "account", Subject: account, Body: body}
}

// self is the author of what people do with their own account.
func self(account int64, place, why string) journal.Who {
	return journal.Who{Account: account, Role: "self", Place: place, Why: why}
}
