package registry

import (
	"context"
	"errors"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// claim is a person's claim to a national identity number. The first who claims a number is its confirmed holder;
// whoever claims it while another holds it is stored as provisional, never refused.
type claim struct {
	person, home int64
	number       string // canonical
	key          crypt.DataKey
	hash, old    []byte // blind indexes of the number and of the one before; nil for none
	sealed       []byte
	next         *Person // who else claims the old number and is to be its holder
	nextArea     int64
}

// claimNumbers seals the numbers that an act brings and makes their blind indexes, before the transaction.
func (w *rosterWriter) claimNumbers(ctx context.Context, scope access.Scope) error {
	if w.plan.Rule.Kind == ActIdentity {
		seat := w.plan.Before[0].seat(w.plan.Act.Persons[0])
		key, err := w.s.keys.Of(ctx, seat.Home, seat.ID)
		if err != nil {
			return fmt.Errorf("open person %d: %w", seat.ID, err)
		}
		c := claim{person: seat.ID, home: seat.Home, number: w.plan.Act.New[0].NationalID, key: key}
		old, err := w.s.nationalID(ctx, scope, seat.Person, key)
		if err != nil {
			return err
		}
		if text, ok := old.(string); ok {
			c.old = w.s.blind(text)
			if err := w.s.findNext(ctx, scope, &c); err != nil {
				return err
			}
		}
		w.claims = append(w.claims, c)
	}
	if k := w.plan.Rule.Kind; k == ActDouble || k == ActUndouble {
		if err := w.claimOfDouble(ctx, scope); err != nil {
			return err
		}
	}
	kept := w.claims[:0]
	for _, c := range w.claims {
		if c.number == "" {
			if c.old != nil {
				kept = append(kept, c) // given up
			}
			continue
		}
		c.hash, c.sealed = w.s.blind(c.number), crypt.Seal(c.key, []byte(c.number), idPlace(c.person))
		kept = append(kept, c)
	}
	w.claims = kept
	return nil
}

// blind is the blind index of a national number.
func (s *Service) blind(number string) []byte {
	hash := s.keys.Ring().Blind(idField, []byte(number))
	return hash[:]
}

// store stores the claim: a number that the person held before is free for the next who claims it.
func (c claim) store(ctx context.Context, tx store.Tx) error {
	if c.old != nil && string(c.old) != string(c.hash) {
		if err := c.release(ctx, tx); err != nil {
			return err
		}
	}
	if c.number == "" {
		_, err := tx.Exec(ctx, "UPDATE person SET id_state = '' WHERE {checked} AND home = $1 AND id = $2", c.home, c.person)
		return err
	}
	holds, err := c.claim(ctx, tx)
	if err != nil {
		return err
	}
	state := "provisional"
	if holds {
		state = "confirmed"
	}
	_, err = tx.Exec(ctx, "UPDATE person SET id_sealed = $3, id_tail = $4, id_state = $5 WHERE {checked} AND home = $1 AND id = $2",
		c.home, c.person, c.sealed, lastCharacters(c.number), state)
	return err
}

// holder is the rank of who holds a number; that of another claimant is the number of his person.
const holder = 0

// claim notes that the person claims the number, and says whether he holds it: the first who claims it does.
func (c claim) claim(ctx context.Context, tx store.Tx) (bool, error) {
	const insert = "INSERT INTO id_claim (id_hash, rank, home, person) VALUES ($1, $2, $3, $4) ON CONFLICT (id_hash, rank) DO NOTHING"
	if _, err := tx.Exec(ctx, insert, c.hash, holder, c.home, c.person); err != nil {
		return false, err
	}
	var first int64
	if err := store.One(ctx, tx, "SELECT person FROM id_claim WHERE {checked} AND id_hash = $1 AND rank = $2", []any{c.hash, holder}, &first); err != nil {
		return false, err
	}
	if first != c.person {
		_, err := tx.Exec(ctx, insert, c.hash, c.person, c.home, c.person)
		return false, err
	}
	_, err := tx.Exec(ctx, "DELETE FROM id_claim WHERE {checked} AND id_hash = $1 AND rank = $2", c.hash, c.person)
	return true, err
}

// release gives up the number that the person had, to the next who claims it. Two who claim it at once meet at the
// person that becomes the holder.
func (c claim) release(ctx context.Context, tx store.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM id_claim WHERE {checked} AND id_hash = $1 AND rank = $2", c.old, c.person); err != nil {
		return err
	}
	freed, err := tx.Exec(ctx, "DELETE FROM id_claim WHERE {checked} AND id_hash = $1 AND rank = $2 AND person = $3", c.old, holder, c.person)
	if err != nil || freed == 0 {
		return err
	}
	if c.next == nil {
		return c.unclaimed(ctx, tx)
	}
	if _, err := tx.Exec(ctx, "UPDATE id_claim SET rank = $3 WHERE {checked} AND id_hash = $1 AND rank = $2", c.old, c.next.ID, holder); err != nil {
		return err
	}
	if err := store.Bump(ctx, tx, "person", "{checked} AND home = $1 AND id = $2", c.next.Ver, c.next.Home, c.next.ID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE person SET id_state = 'confirmed' WHERE {checked} AND home = $1 AND id = $2", c.next.Home, c.next.ID)
	return err
}

// findNext finds who is to hold the old number once it is given up: of the others who claim it the one who was
// registered first, which the smallest identifier tells.
func (s *Service) findNext(ctx context.Context, scope access.Scope, c *claim) error {
	var held, next Person
	err := store.One(ctx, s.db.In(scope), "SELECT person FROM id_claim WHERE {checked} AND id_hash = $1 AND rank = $2 AND person = $3", []any{c.old, holder, c.person}, &held.ID)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = store.One(ctx, s.db.In(scope), `SELECT p.home, p.id, p.ver, coalesce(h.area, 0) FROM id_claim k JOIN person p ON p.home = k.home AND p.id = k.person
			LEFT JOIN membership m ON m.home = p.home AND m.person = p.id AND m.to_day IS NULL LEFT JOIN household h ON h.home = m.home AND h.id = m.household
			WHERE {checked} AND k.id_hash = $1 AND k.person <> $2 ORDER BY p.id LIMIT 1`, []any{c.old, c.person}, &next.Home, &next.ID, &next.Ver, &c.nextArea)
	}
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find who else claims a number: %w", err)
	}
	c.next = &next
	return nil
}

// unclaimed is a Stale fault where somebody has claimed the old number since the act was planned.
func (c claim) unclaimed(ctx context.Context, tx store.Tx) error {
	var others int64
	if err := store.One(ctx, tx, "SELECT count(*) FROM id_claim WHERE {checked} AND id_hash = $1", []any{c.old}, &others); err != nil || others == 0 {
		return err
	}
	return fault.New(fault.Stale, "somebody else claimed the number in the meantime")
}
