package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Fields of an entry that the program has in every country, besides the pack's own.
const (
	FieldPerson   = "person"   // number of the member it belongs to; unknown: the household as a whole
	FieldEnded    = "ended"    // the day from which the entry no longer counts, because it was wrong
	FieldEvidence = "evidence" // how the amount was computed (JSON)
)

// entryClasses are the sensitivities of the program's own fields of an entry.
var entryClasses = map[string]access.Class{FieldPerson: access.P2, FieldEnded: access.P1, FieldEvidence: access.P2}

// entrySubject is how change sets reach entries of income or expenditure: they open, correct and end them.
type entrySubject struct {
	s    *Service
	kind string
}

func (e entrySubject) Load(ctx context.Context, scope access.Scope, id int64, on clock.Day) (change.Record, error) {
	s := e.s
	home, err := s.journal.Ids().Home(ctx, id)
	if err != nil {
		return change.Record{}, err
	}
	var row Entry
	var ended *int64
	r := change.Record{Kind: e.kind, ID: id, Home: home, On: on}
	err = store.One(ctx, s.db.In(scope), `SELECT e.household, e.person, e.class, e.source, e.from_day, e.to_day, e.minor, e.origin, e.evidence, e.ended, e.ver, h.area, h.number
		FROM entry e JOIN household h ON h.home = e.home AND h.id = e.household
		WHERE e.home = $1 AND e.id = $2 AND e.subject = $3 AND {scope h.area h.id}`, []any{home, id, e.kind},
		&row.Household, &row.Person, &row.Class, &row.Source, &row.From, &row.To, &row.Minor, &row.Basis, &row.Evidence, &ended, &r.Ver, &r.Area, &r.Label)
	if errors.Is(err, store.ErrNoRows) {
		return change.Record{}, fault.New(fault.NotFound, "no such entry")
	}
	if err != nil {
		return change.Record{}, fmt.Errorf("read an entry: %w", err)
	}
	r.Under = row.Household
	if r.Key, err = s.keys.Of(ctx, home, row.Household); err != nil {
		return change.Record{}, fmt.Errorf("open household %d: %w", row.Household, err)
	}
	pack, err := s.Pack(r.Area)
	if err != nil {
		return change.Record{}, err
	}
	row.Subject, row.Ended = e.kind, day(ended)
	r.Fields = change.Values(EntryFields(pack, row))
	return r, nil
}

// EntryFields are the values of an entry as change sets name them.
func EntryFields(pack *policy.Pack, e Entry) policy.Facts {
	y, _, _ := e.To.Civil()
	fields := policy.Facts{"year": int64(y), "class": textOrNil(e.Class), "amount": e.Minor, "basis": textOrNil(e.Basis),
		FieldPerson: nil, FieldEnded: nil, FieldEvidence: textOrNil(e.Evidence)}
	if e.Person != 0 {
		fields[FieldPerson] = Number(e.Person)
	}
	if e.Ended != nil {
		fields[FieldEnded] = e.Ended.String()
	}
	if name := sourceItem(pack, e.Subject); name != "" {
		fields[name] = textOrNil(e.Source)
	}
	return fields
}

// Blank is an entry that is to be opened in a household.
func (e entrySubject) Blank(ctx context.Context, scope access.Scope, under, id int64, on clock.Day) (change.Record, error) {
	return e.s.blank(ctx, scope, e.kind, under, id, on)
}

func (e entrySubject) Sees(scope access.Scope, r change.Record, field string) bool {
	if class, own := entryClasses[field]; own {
		return scope.Sees(r.Area, class)
	}
	return e.s.sees(scope, e.kind, r.Area, field)
}

func (e entrySubject) Protected(_ context.Context, r change.Record, field string) (bool, error) {
	pack, err := e.s.Pack(r.Area)
	if err != nil {
		return false, err
	}
	if _, own := entryClasses[field]; own {
		amount, ok := pack.Item(e.kind, "amount")
		return ok && amount.Protected && field == FieldEnded, nil
	}
	item, err := itemOf(pack, e.kind, field)
	if err != nil {
		return false, err
	}
	return item.Protected, nil
}

func (e entrySubject) Check(ctx context.Context, r change.Record, set change.Values) ([]policy.Problem, error) {
	pack, err := e.s.Pack(r.Area)
	if err != nil {
		return nil, err
	}
	stored, changed := withoutOwn(r.Fields), withoutOwn(set)
	problems := checkValues(pack, e.kind, stored, changed)
	if r.Ver != 0 {
		problems = touching(problems, set)
	}
	own, err := e.checkOwn(ctx, r, set)
	return append(problems, own...), err
}

// checkOwn checks the fields that no pack has: the program writes them in one form only.
func (e entrySubject) checkOwn(ctx context.Context, r change.Record, set change.Values) ([]policy.Problem, error) {
	var problems []policy.Problem
	refuse := func(field, key string) {
		problems = append(problems, policy.Problem{Subject: e.kind, Item: field, Severity: policy.Reject, Reason: &policy.Reason{Key: key, Label: said("registry.entry." + field), Args: map[string]string{"item": field, "text": fmt.Sprint(set[field])}}})
	}
	for field := range entryClasses {
		if _, isText := set[field].(string); set[field] != nil && !isText {
			refuse(field, "wrong_kind")
		}
	}
	if text, ends := set[FieldEnded].(string); ends {
		if _, err := clock.ParseDay(text); err != nil {
			refuse(FieldEnded, "not_date")
		}
	}
	if text, given := set[FieldEvidence].(string); given && (len(text) > maxEvidence || !json.Valid([]byte(text))) {
		refuse(FieldEvidence, "wrong_kind")
	}
	_, err := e.member(ctx, access.System("the entry's household was found in scope"), r, set[FieldPerson])
	if fault.Is(err, fault.Invalid) {
		refuse(FieldPerson, "not_member")
		err = nil
	}
	return problems, err
}

// said is a message in every language of the program.
func said(key string) i18n.Text {
	words := i18n.Text{}
	for _, language := range i18n.Languages() {
		words[language.Lang] = i18n.T(language.Lang, key)
	}
	return words
}

// maxEvidence is how long the computation of an amount may be.
const maxEvidence = 4000

// withoutOwn leaves out the fields that no pack has.
func withoutOwn(values change.Values) change.Values {
	of := maps.Clone(values)
	maps.DeleteFunc(of, func(field string, _ any) bool { _, own := entryClasses[field]; return own })
	return of
}

func (e entrySubject) Prepare(ctx context.Context, scope access.Scope, r change.Record, set change.Values) (change.Write, error) {
	pack, err := e.s.Pack(r.Area)
	if err != nil {
		return nil, err
	}
	merged := maps.Clone(r.Fields)
	maps.Copy(merged, set)
	row := entryOf(pack, e.kind, policy.Facts(merged), r.On)
	if row.Person, err = e.member(ctx, scope, r, merged[FieldPerson]); err != nil {
		return nil, err
	}
	row.Evidence, _ = merged[FieldEvidence].(string)
	if text, ends := merged[FieldEnded].(string); ends {
		ended, err := clock.ParseDay(text)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "the end of an entry is not a day")
		}
		row.Ended = &ended
	}
	values := []any{r.Home, r.ID, row.Class, row.Source, int64(row.From), int64(row.To), row.Minor, row.Basis, row.Person, row.Evidence, days(row.Ended)}
	if r.Ver == 0 {
		return func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO entry (home, id, class, source, from_day, to_day, minor, origin, person, evidence, ended, household, subject, currency, opened)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`, append(values, r.Under, e.kind, pack.Currency, int64(r.On))...)
			return err
		}, nil
	}
	return func(ctx context.Context, tx store.Tx) error {
		if err := store.Bump(ctx, tx, "entry", "{checked} AND home = $1 AND id = $2", r.Ver, r.Home, r.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE entry SET class = $3, source = $4, from_day = $5, to_day = $6, minor = $7, origin = $8, person = $9, evidence = $10, ended = $11
			WHERE {checked} AND home = $1 AND id = $2`, values...)
		return err
	}, nil
}

// member is the person behind the number of a member of the entry's household, present or former; 0 for none.
func (e entrySubject) member(ctx context.Context, scope access.Scope, r change.Record, number any) (int64, error) {
	text, given := number.(string)
	if !given {
		return 0, nil
	}
	wrong := fault.New(fault.Invalid, "this is not the number of a member of the household").With(0, FieldPerson, "is not the number of a member of the household")
	id, ok := ParseNumber(text)
	if !ok {
		return 0, wrong
	}
	var n int64
	if err := store.One(ctx, e.s.db.In(scope), "SELECT count(*) FROM membership WHERE {checked} AND home = $1 AND household = $2 AND person = $3", []any{r.Home, r.Under, id}, &n); err != nil {
		return 0, fmt.Errorf("look for a member: %w", err)
	}
	if n == 0 {
		return 0, wrong
	}
	return id, nil
}
