package crosscheck

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/change"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// Deed is what an official did in a matter of a household.
type Deed string

// The deeds. A run that judges a whole area by one rule is none: it says nothing about one household.
const (
	Registered Deed = "registered" // opened its record
	Imported   Deed = "imported"   // brought in a file from which it was registered or changed
	Changed    Deed = "changed"    // wrote in its record, or in that of a member
	Assessed   Deed = "assessed"   // judged it, alone or on a visit
	Agreed     Deed = "agreed"     // agreed to a change that somebody else submitted
	Decided    Deed = "decided"    // took part in a case of it
)

// deeds are all deeds, in the order in which they are told.
var deeds = []Deed{Registered, Imported, Changed, Assessed, Agreed, Decided}

// hand is an account at work on a household.
type hand struct {
	household, account int64
}

// deedsOf are what was done by the person of each account that worked on a household.
type deedsOf map[hand]map[Deed]bool

func (d deedsOf) add(h hand, deed Deed) {
	if d[h] == nil {
		d[h] = map[Deed]bool{}
	}
	d[h][deed] = true
}

// ownHand finds households on the register in whose matters an official within two steps of them acted, whenever that was
// declared and whether he is an official still. The lead is about his account, which does not see it.
func (l looker) ownHand(ctx context.Context) ([]hit, error) {
	all, err := l.around(ctx)
	if err != nil {
		return nil, err
	}
	seats, err := l.seats(ctx, all)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(r related) bool { return !slices.Contains(l.statuses, seats[r.household].status) })
	did, err := l.did(ctx, all)
	if err != nil {
		return nil, err
	}
	accounts, err := l.accountsOf(ctx, all)
	if err != nil {
		return nil, err
	}
	var hits []hit
	for _, one := range all {
		for _, account := range accounts[one.official] {
			done := did[hand{one.household, account}]
			if len(done) == 0 {
				continue
			}
			signs := Signs{Relation: one.relation, Moved: one.moved, Moves: one.moves, Decided: done[Decided], Deeds: slices.DeleteFunc(slices.Clone(deeds), func(d Deed) bool { return !done[d] })}
			found, err := l.about(seats[one.household], AboutAccount, account, strconv.FormatInt(one.household, 10), signs)
			if err != nil {
				return nil, err
			}
			hits = append(hits, found)
		}
	}
	return hits, nil
}

// accountsOf are the accounts, closed ones too, of officials.
func (l looker) accountsOf(ctx context.Context, all []related) (map[string][]int64, error) {
	type owner struct {
		account int64
		person  string
	}
	list, err := store.All(ctx, l.s.db.In(program), "SELECT id, person FROM account WHERE {checked} AND person IN (SELECT person FROM own_declared) ORDER BY id", nil,
		func(r store.Rows, o *owner) error { return r.Scan(&o.account, &o.person) })
	accounts := map[string][]int64{}
	for _, one := range list {
		accounts[one.person] = append(accounts[one.person], one.account)
	}
	return accounts, err
}

// did are the deeds in matters of the households, by what the journal, the changes and the cases say.
func (l looker) did(ctx context.Context, all []related) (deedsOf, error) {
	byHome := map[int64][]int64{}
	for _, one := range all {
		byHome[one.home] = append(byHome[one.home], one.household)
	}
	did := deedsOf{}
	for _, home := range slices.Sorted(maps.Keys(byHome)) {
		ids := slices.Compact(slices.Sorted(slices.Values(byHome[home])))
		for part := range slices.Chunk(ids, runChunk) {
			for _, read := range []func(context.Context, int64, []int64, deedsOf) error{l.wrote, l.agreed, l.judgedAlone, l.acted} {
				if err := read(ctx, home, part, did); err != nil {
					return nil, err
				}
			}
		}
	}
	return did, nil
}

// records are the households with their members, dwellings and entries, each with its household, for a statement that binds a home
// and then the households.
func records(households int) string {
	in := store.In(2, households)
	return `(SELECT h.home, h.id AS subject, h.id AS household FROM household h WHERE h.home = $1 AND h.id IN (` + in + `)
		UNION SELECT m.home, m.person, m.household FROM membership m WHERE m.home = $1 AND m.household IN (` + in + `) AND m.to_day IS NULL
		UNION SELECT d.home, d.id, d.household FROM dwelling d WHERE d.home = $1 AND d.household IN (` + in + `)
		UNION SELECT e.home, e.id, e.household FROM entry e WHERE e.home = $1 AND e.household IN (` + in + `))`
}

// wrote adds who wrote the events of the records.
func (l looker) wrote(ctx context.Context, home int64, households []int64, did deedsOf) error {
	type event struct {
		hand
		kind, why string
	}
	args := append([]any{home}, store.Padded(households)...)
	list, err := store.All(ctx, l.s.db.In(program), `SELECT DISTINCT r.household, e.account, e.kind, e.why FROM event e JOIN `+records(len(args)-1)+` r ON r.home = e.home AND r.subject = e.subject
		WHERE {checked} AND e.home = $1 AND e.account <> 0`, args, func(r store.Rows, e *event) error { return r.Scan(&e.household, &e.account, &e.kind, &e.why) })
	for _, e := range list {
		if deed := deedIn(e.kind, e.why); deed != "" {
			did.add(e.hand, deed)
		}
	}
	return err
}

// written are the acts in the kinds of events by which a record is written.
var written = []string{"created", "founded", "changed", "opened", "entries", "joined", "roster", "took-over", "number-confirmed"}

// deedIn is what an event says that its writer did; "" for reading, and for what touches a record from afar.
func deedIn(kind, why string) Deed {
	subject, act, _ := strings.Cut(kind, ".")
	switch writes := slices.Contains(written, act) || strings.HasPrefix(act, "change-"); {
	case act == "visited":
		return Assessed
	case !writes:
		return ""
	case change.IsImport(why):
		return Imported
	case subject == registry.SubjectHousehold && (act == "created" || act == "founded"):
		return Registered
	}
	return Changed
}

// judgedAlone adds who judged the households one by one.
func (l looker) judgedAlone(ctx context.Context, home int64, households []int64, did deedsOf) error {
	args := append([]any{home}, store.Padded(households)...)
	return did.read(ctx, l, Assessed, `SELECT DISTINCT a.household, a.account FROM assessment a WHERE {checked} AND a.home = $1 AND a.household IN (`+store.In(2, len(args)-1)+`) AND a.run = 0 AND a.trial = 0`, args)
}

// agreed adds who agreed to changes of the records. Who agreed to a change wrote its event, and has not submitted it.
func (l looker) agreed(ctx context.Context, home int64, households []int64, did deedsOf) error {
	type set struct{ household, submitted, decided int64 }
	args := append([]any{home}, store.Padded(households)...)
	list, err := store.All(ctx, l.s.db.In(program), `SELECT DISTINCT r.household, s.account, coalesce(s.decided_by, 0) FROM change_row c JOIN `+records(len(args)-1)+` r ON r.home = c.home AND r.subject = c.subject
		JOIN change_set s ON s.id = c.set_id WHERE {checked} AND c.home = $1 AND s.state = 'applied'`, args, func(r store.Rows, one *set) error { return r.Scan(&one.household, &one.submitted, &one.decided) })
	submitted := map[hand]bool{}
	for _, one := range list {
		submitted[hand{one.household, one.submitted}] = true
	}
	for _, one := range list {
		by := hand{one.household, one.decided}
		if one.decided == 0 {
			continue
		}
		if did.add(by, Agreed); !submitted[by] {
			delete(did[by], Changed)
		}
	}
	return err
}

// acted adds who opened cases of the households, or took part in them.
func (l looker) acted(ctx context.Context, home int64, households []int64, did deedsOf) error {
	args := append([]any{home}, store.Padded(households)...)
	return did.read(ctx, l, Decided, `SELECT c.household, c.account FROM case_file c WHERE {checked} AND c.home = $1 AND c.household IN (`+store.In(2, len(args)-1)+`)
		UNION SELECT c.household, a.account FROM case_file c JOIN case_act a ON a.home = c.home AND a.case_id = c.id
		WHERE c.home = $1 AND c.household IN (`+store.In(2, len(args)-1)+`)`, args)
}

// read adds a deed for the households and accounts that a statement finds.
func (d deedsOf) read(ctx context.Context, l looker, deed Deed, sql string, args []any) error {
	list, err := store.All(ctx, l.s.db.In(program), sql, args, func(r store.Rows, h *hand) error { return r.Scan(&h.household, &h.account) })
	for _, one := range list {
		d.add(one, deed)
	}
	return err
}
