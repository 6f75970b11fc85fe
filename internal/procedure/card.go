package procedure

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/policy"
)

// Card is what a subject is given for a term: its number and last day become answers of the subject.
type Card struct {
	Number string `yaml:"number"` // code of the item that holds its number
	Until  string `yaml:"until"`  // code of the item that holds its last day
	Years  string `yaml:"years"`  // code of the dated figure that says how many years it is valid
	// Expired is what the day after its last one does to the subject, as State.Effect; empty: nothing.
	Expired string `yaml:"expired"`
	// Renewal is the code of the procedure that opens by itself for the subject on that day; empty: none.
	Renewal string `yaml:"renewal"`
	Pos     policy.Pos
}

// card checks that what a household is given has items that may stand in the journal, and a figure for its term.
func (r *reader) card(s *State) {
	if s.Card == nil {
		return
	}
	for _, code := range []string{s.Card.Number, s.Card.Until} {
		if item, ok := r.pack.Item("household", code); !ok || item.Class != "P0" && item.Class != "P1" {
			r.fail(s.Card.Pos, "the card of %s: %q is no item of the household of class P0 or P1", s.Code, code)
		}
	}
	if !slices.ContainsFunc(r.pack.Values, func(v policy.DatedValue) bool { return v.Code == s.Card.Years && v.IsNumber }) {
		r.fail(s.Card.Pos, "the card of %s: %q is no figure among the pack's values", s.Code, s.Card.Years)
	}
	if s.Card.Expired != "" {
		r.status(s, s.Card.Expired)
	}
}

// renewals checks that what renews the cards of a procedure can open by itself: it is about the same
// subjects, and leaves them what the end of the card makes of them.
func (r *reader) renewals(d *Definition) {
	for _, s := range d.States {
		if s.Card == nil || s.Card.Renewal == "" {
			continue
		}
		renewal, ok := r.found.Find(s.Card.Renewal)
		if !ok || len(renewal.States) == 0 || renewal.Subject != d.Subject {
			r.fail(s.Card.Pos, "the card of %s: the pack has no procedure %q about a %s", s.Code, s.Card.Renewal, d.Subject)
		} else if start := renewal.Start(); start.anew() || start.Judge != "" {
			r.fail(s.Card.Pos, "the card of %s: procedure %q has an effect as soon as it opens; what the end of the card does stands in expired", s.Code, s.Card.Renewal)
		}
	}
}

// until is the last day of the card that a case gives in a state today, 0 where it gives none.
func (s *Service) until(to *State, c Case) (clock.Day, error) {
	if to.Card == nil {
		return 0, nil
	}
	_, pack, err := s.pinned(c.Pack, c.Code)
	if err != nil {
		return 0, err
	}
	return to.Card.until(pack, c, s.Today())
}

// until is the last day of the card that a case gives on a day under its pack.
func (card *Card) until(pack *policy.Pack, c Case, on clock.Day) (clock.Day, error) {
	years, ok := pack.Value(card.Years, c.Area, on)
	if !ok {
		return 0, fmt.Errorf("case %d: the pack has no figure %s on %s", c.ID, card.Years, on)
	}
	return on.AddYears(int(years.Number)), nil
}

// Expire follows up cards whose last day has passed: the subject becomes what its pack says then, and the procedure
// that renews the card opens by itself, as a case that waits for who takes its first step. A subject that has a running
// case of that kind is in it already; one that has left the register is left alone. It returns how many cards have
// expired, and fails with what kept others from it; the program calls it again and again.
func (s *Service) Expire(ctx context.Context) (int, error) {
	system := access.System("cards whose last day has passed are renewed")
	var n int
	var last int64
	var failed error
	for {
		list, err := s.read(ctx, system, "c.card_until > 0 AND c.card_until < $1 AND c.id > $2 ORDER BY c.id LIMIT $3", int64(s.Today()), last, chunk)
		if err != nil || len(list) == 0 {
			return n, errors.Join(failed, err)
		}
		for _, c := range list {
			last = c.ID
			if err := s.expire(ctx, system, c); err != nil {
				failed = errors.Join(failed, fmt.Errorf("the card that case %d gave: %w", c.ID, err))
				continue
			}
			n++
		}
	}
}

// expire follows up the card that a case gave.
func (s *Service) expire(ctx context.Context, system access.Scope, c Case) error {
	subjects, err := s.find(ctx, system, []int64{c.Household})
	if err != nil {
		return err
	}
	w := s.writer(system)
	w.as, w.why = system.Acting(c.Area), "the last day of a card has passed"
	w.entries = append(w.entries, c.entry("case.expired", c.Ver+1, nil))
	w.bump(c)
	w.add("UPDATE case_file SET card_until = 0 WHERE {checked} AND home = $1 AND id = $2", c.Home, c.ID)
	for _, subject := range subjects {
		if subject.Closed {
			continue
		}
		if err := w.expires(ctx, c, subject); err != nil {
			return err
		}
	}
	return w.write(ctx)
}

// expires adds what the end of a card does to its subject, and the case that renews it under the pack in use.
func (w *writer) expires(ctx context.Context, c Case, subject Subject) error {
	gave, err := w.s.Definition(c)
	if err != nil {
		return err
	}
	procedures, pack, err := w.s.At(subject.Area)
	if err != nil {
		return err
	}
	card := gave.State(c.State).Card.followed(procedures, c)
	if err := w.reaches(ctx, c, Does{Effect: card.Expired}); err != nil {
		return err
	}
	running, err := w.s.running(ctx, []Subject{subject})
	if err != nil {
		return err
	}
	d, renews := procedures.Find(card.Renewal)
	if !renews || running[runningCase{subject.ID, d.Kind}] {
		return nil
	}
	id, err := w.s.journal.Ids().One(ctx, subject.Home)
	if err != nil {
		return err
	}
	return w.opens(ctx, d, pack, subject, id, w.as)
}

// followed is the card as its end is followed up: where its own pack says nothing of its end, as older ones do, what the
// pack in use says of the cards that the same end gives.
func (card *Card) followed(inUse *Procedures, c Case) *Card {
	if card.Expired != "" || card.Renewal != "" {
		return card
	}
	d, ok := inUse.Find(c.Code)
	if !ok {
		return card
	}
	if today := d.State(c.State); today != nil && today.Card != nil {
		return today.Card
	}
	return card
}
