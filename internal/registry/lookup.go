package registry

import (
	"context"
	"fmt"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// lookupKind is a kind of search that is counted by itself.
type lookupKind struct {
	name string
	most int64 // in an hour, by one account
}

// Who looks for people by the thousand is not looking for somebody. Identity numbers are few enough to be tried out one
// after the other, so that they are counted apart and low.
var (
	lookupName     = lookupKind{"name", 600}
	lookupIdentity = lookupKind{"identity", 60}
	lookupAlike    = lookupKind{"alike", 600}
)

const (
	lookupSlot  = 5 * 60 * 1_000_000 // microseconds
	lookupSlots = 12                 // an hour
)

// tooOften says when to search again.
type tooOften struct{}

// Error says what the operator reads.
func (tooOften) Error() string { return "the limit of searches in an hour is reached" }

// RetryAfter is the stretch of time after which the oldest searches no longer count.
func (tooOften) RetryAfter() time.Duration { return lookupSlot * time.Microsecond }

// countLookup counts a search against its account's limit in the last hour and refuses one too many. The program
// itself is not limited.
func (s *Service) countLookup(ctx context.Context, scope access.Scope, kind lookupKind) error {
	err := s.db.TxSoon(ctx, scope, func(tx store.Tx) error { return s.countIn(ctx, tx, scope.Caller().Account, kind) })
	if err != nil && !fault.Is(err, fault.TooMany) {
		return fmt.Errorf("count a search: %w", err)
	}
	return err
}

// CountAlike counts a comparison of a newcomer with the register, in the transaction that journals whom it shows, and
// refuses one too many in an hour.
func (s *Service) CountAlike(ctx context.Context, tx store.Tx, scope access.Scope) error {
	return s.countIn(ctx, tx, scope.Caller().Account, lookupAlike)
}

func (s *Service) countIn(ctx context.Context, tx store.Tx, account int64, kind lookupKind) error {
	if account == 0 {
		return nil
	}
	slot := int64(s.journal.Clock().Now()) / lookupSlot
	var n int64
	if err := store.One(ctx, tx, "SELECT CAST(coalesce(sum(n), 0) AS bigint) FROM lookup WHERE account = $1 AND kind = $2 AND slot > $3", []any{account, kind.name, slot - lookupSlots}, &n); err != nil {
		return err
	}
	if n >= kind.most {
		return fault.Wrap(fault.TooMany, tooOften{}, "too many searches in an hour: try again later")
	}
	if _, err := tx.Exec(ctx, "DELETE FROM lookup WHERE account = $1 AND kind = $2 AND slot <= $3", account, kind.name, slot-lookupSlots); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO lookup (account, kind, slot, n) VALUES ($1, $2, $3, 1) ON CONFLICT (account, kind, slot) DO UPDATE SET n = lookup.n + 1", account, kind.name, slot)
	return err
}

// identityOf is the one form of a text as a national identity number under a pack in use in the scope; false if it is
// none.
func (s *Service) identityOf(scope access.Scope, text string) (string, bool) {
	for _, r := range scope.Ranges() {
		pack, err := s.Pack(max(r.Lo, 0))
		if err != nil {
			continue
		}
		if number, ok := identityIn(pack, text); ok {
			return number, true
		}
	}
	return "", false
}

func identityIn(pack *policy.Pack, text string) (string, bool) {
	item, ok := pack.Item(SubjectPerson, FieldNationalID)
	if !ok || item.Identity == nil {
		return "", false
	}
	number := item.Identity.Canonical(text)
	return number, item.Identity.Valid(number)
}

// IsIdentity says whether a text is a national identity number where the caller looks: such a text goes into no
// address, not even sealed.
func (s *Service) IsIdentity(scope access.Scope, text string) bool {
	_, is := s.identityOf(scope, text)
	return is
}

// findIdentity finds who claims a national identity number, by its blind index. Every look-up is counted and
// journalled, whether it meets anybody or not; the number itself is written nowhere.
func (s *Service) findIdentity(ctx context.Context, scope access.Scope, text string) ([]Hit, error) {
	number, ok := s.identityOf(scope, text)
	if !ok {
		return nil, nil
	}
	if err := s.countLookup(ctx, scope, lookupIdentity); err != nil {
		return nil, err
	}
	hash := s.keys.Ring().Blind(idField, []byte(number))
	hits, err := s.people(ctx, scope, "SELECT home, person, 1 AS w FROM id_claim WHERE {checked} AND id_hash = $1", " ORDER BY p.id_state, p.id LIMIT 20", hash[:])
	if err != nil {
		return nil, err
	}
	seen := hits[:0]
	entries := []journal.Entry{{Kind: "identity.sought", SubjectKind: "account", Subject: scope.Caller().Account}}
	for _, h := range hits {
		if !scope.Sees(h.Household.Area, access.P2) {
			continue
		}
		seen = append(seen, h)
		entries = append(entries, journal.Entry{Kind: "identity.read", SubjectKind: SubjectPerson, Subject: h.Person.ID, Home: h.Person.Home, Area: h.Household.Area})
	}
	area := entries[len(entries)-1].Area
	if err := s.journal.Reading(ctx, reads(scope, area), entries...); err != nil {
		return nil, fmt.Errorf("journal the look-up of an identity number: %w", err)
	}
	return scored(seen, WhyIdentity), nil
}

// phoneOwner is a subject with a telephone number.
type phoneOwner struct {
	digits                   string
	home, subject, household int64
	area                     int64
}

func (s *Service) phoneOwners(ctx context.Context, scope access.Scope, sure string) ([]phoneOwner, error) {
	found, err := store.All(ctx, s.db.In(scope), `SELECT digits, home, subject, household, area FROM phone_key
		WHERE digits >= $1 AND digits < $2 AND {scope area household} ORDER BY digits, area, home, subject LIMIT $3`, []any{sure, sure + ":", MostHits},
		func(r store.Rows, o *phoneOwner) error {
			return r.Scan(&o.digits, &o.home, &o.subject, &o.household, &o.area)
		})
	if err != nil {
		return nil, fmt.Errorf("find telephone numbers: %w", err)
	}
	return found, nil
}

// phoneHit reads the household or person that has a telephone number; nil where the caller may not see it.
func (s *Service) phoneHit(ctx context.Context, scope access.Scope, o phoneOwner) (*Hit, error) {
	if o.subject != o.household {
		found, err := s.people(ctx, scope, thatPerson, "", o.home, o.subject)
		if err != nil || len(found) == 0 || !s.seesPhones(scope, found[0].Household.Area, SubjectPerson) {
			return nil, err
		}
		return &found[0], nil
	}
	h, err := s.household(ctx, scope, o.household)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil || !s.seesPhones(scope, h.Area, SubjectHousehold) {
		return nil, err
	}
	return &Hit{Household: &h}, nil
}
