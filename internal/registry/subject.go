package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// itemOf is the item of a field, or an Invalid fault for a field that the pack does not have.
func itemOf(pack *policy.Pack, subject, field string) (*policy.Item, error) {
	item, ok := pack.Item(subject, field)
	if !ok {
		return nil, fault.New(fault.Invalid, "there is no field %q of a %s in the pack %s", field, subject, pack.ID).With(0, field, "unknown field")
	}
	return item, nil
}

// classOf is the sensitivity of a field; an unknown field is as secret as can be.
func classOf(pack *policy.Pack, subject, field string) access.Class {
	item, ok := pack.Item(subject, field)
	if !ok {
		return access.P4
	}
	class, ok := access.ParseClass(item.Class)
	if !ok {
		return access.P4
	}
	return class
}

// sees says whether the scope may see a field of a subject in area.
func (s *Service) sees(scope access.Scope, subject string, area int64, field string) bool {
	pack, err := s.Pack(area)
	return err == nil && scope.Sees(area, classOf(pack, subject, field))
}

// seesOf says whether the scope may see a field of a subject in one household.
func (s *Service) seesOf(scope access.Scope, h Household, subject, field string) bool {
	pack, err := s.Pack(h.Area)
	return err == nil && scope.SeesOf(h.Area, h.ID, classOf(pack, subject, field))
}

// protected says whether a second person must agree to a change of a field of a kind of record. fixed are fields that
// an edit never changes: asking for one is an Invalid fault.
func (s *Service) protected(area int64, kind, field string, fixed func(policy.Item) bool) (bool, error) {
	pack, err := s.Pack(area)
	if err != nil {
		return false, err
	}
	item, err := itemOf(pack, kind, field)
	if err != nil {
		return false, err
	}
	if fixed != nil && fixed(*item) {
		return false, fault.New(fault.Invalid, "%s is not changed by an edit of the %s", field, kind).With(0, field, "cannot be changed here")
	}
	return item.Protected, nil
}

// checked lists what is wrong with values that are set of a record of a kind.
func (s *Service) checked(area int64, kind string, fields, set change.Values) ([]policy.Problem, error) {
	pack, err := s.Pack(area)
	if err != nil {
		return nil, err
	}
	return touching(checkValues(pack, kind, fields, set), set), nil
}

// checkValues validates a subject's facts and core values as they would be after set.
func checkValues(pack *policy.Pack, subject string, fields, set change.Values) []policy.Problem {
	facts := policy.Facts{}
	maps.Copy(facts, policy.Facts(fields))
	maps.Copy(facts, policy.Facts(set))
	return pack.Validate(subject, facts)
}

// householdSubject is how change sets reach households: the status and the facts.
type householdSubject struct{ s *Service }

func (h householdSubject) Load(ctx context.Context, scope access.Scope, id int64, on clock.Day) (change.Record, error) {
	s := h.s
	row, err := s.household(ctx, scope, id)
	if err != nil {
		return change.Record{}, err
	}
	key, err := s.keys.Of(ctx, row.Home, row.ID)
	if err != nil {
		return change.Record{}, fmt.Errorf("open household %d: %w", id, err)
	}
	documents, err := s.documents(ctx, scope, row.Home, row.ID, func() (crypt.DataKey, error) { return key, nil })
	if err != nil {
		return change.Record{}, err
	}
	fields := change.Values(documents.of(on).flat())
	fields[FieldStatus] = textOrNil(row.Status)
	return change.Record{Kind: SubjectHousehold, ID: row.ID, Home: row.Home, Area: row.Area, Ver: row.Ver, Label: row.Number, On: on, Fields: fields, Key: key}, nil
}

func textOrNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (h householdSubject) Sees(scope access.Scope, r change.Record, field string) bool {
	return h.s.sees(scope, SubjectHousehold, r.Area, field)
}

func (h householdSubject) Protected(_ context.Context, r change.Record, field string) (bool, error) {
	return h.s.protected(r.Area, SubjectHousehold, field, func(item policy.Item) bool { return item.Core && field != FieldStatus })
}

func (h householdSubject) Check(_ context.Context, r change.Record, set change.Values) ([]policy.Problem, error) {
	return h.s.checked(r.Area, SubjectHousehold, r.Fields, set)
}

// touching keeps the problems that a change is to blame for: those of the fields it sets.
func touching(problems []policy.Problem, set change.Values) []policy.Problem {
	return slices.DeleteFunc(problems, func(p policy.Problem) bool {
		_, touched := set[p.Item]
		return !touched
	})
}

func (h householdSubject) Prepare(ctx context.Context, scope access.Scope, r change.Record, set change.Values) (change.Write, error) {
	s := h.s
	writeFacts, err := s.prepareFacts(ctx, scope, r, SubjectHousehold, r.ID, set)
	if err != nil {
		return nil, err
	}
	status, hasStatus := set[FieldStatus].(string)
	at := int64(s.journal.Clock().Now())
	return func(ctx context.Context, tx store.Tx) error {
		if err := store.Bump(ctx, tx, "household", "{checked} AND home = $1 AND id = $2", r.Ver, r.Home, r.ID); err != nil {
			return err
		}
		if hasStatus {
			if err := setStatus(ctx, tx, r.Home, r.ID, status, r.On, "change", at); err != nil {
				return err
			}
		}
		return writeFacts(ctx, tx)
	}, nil
}

// setStatus stores a status from a day on and keeps the history of statuses.
func setStatus(ctx context.Context, tx store.Tx, home, household int64, status string, from clock.Day, source string, at int64) error {
	if _, err := tx.Exec(ctx, "UPDATE household SET status = $3, status_from = $4 WHERE {checked} AND home = $1 AND id = $2", home, household, status, int64(from)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO household_status (home, household, from_day, n, status, source, set_id, at)
		SELECT CAST($1 AS bigint), CAST($2 AS bigint), CAST($3 AS bigint), coalesce(max(n), 0) + 1, CAST($4 AS text), CAST($5 AS text), 0, CAST($6 AS bigint)
		FROM household_status WHERE {checked} AND home = $1 AND household = $2 AND from_day = $3`, home, household, int64(from), status, source, at)
	return err
}

// prepareFacts makes the write of changed facts of one subject: documents merged, secrets sealed, index rows made.
func (s *Service) prepareFacts(ctx context.Context, scope access.Scope, r change.Record, kind string, household int64, set change.Values) (change.Write, error) {
	pack, err := s.Pack(r.Area)
	if err != nil {
		return nil, err
	}
	all, err := s.documents(ctx, scope, r.Home, r.ID, func() (crypt.DataKey, error) { return r.Key, nil })
	if err != nil {
		return nil, err
	}
	y, _, _ := r.On.Civil()
	var rows [][]any
	for _, part := range bySection(pack, kind, policy.Facts(set), y) {
		d := all.put(part)
		text, err := encodeFacts(d.Facts, r.ID, secret(pack, kind), r.Key)
		if err != nil {
			return nil, err
		}
		rows = append(rows, factRow(r.Home, r.ID, d, text))
	}
	index, err := s.indexRows(ctx, pack, kind, r.Home, r.ID, r.Area, household, all.latest().flat())
	if err != nil {
		return nil, err
	}
	phones, err := s.phoneKeys(ctx, pack, kind, r.Home, r.ID, r.Area, household, all.latest().flat())
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx store.Tx) error {
		if len(rows) == 0 {
			return nil
		}
		for _, row := range rows {
			_, err := tx.Exec(ctx, `INSERT INTO facts (home, subject, section, ver, body) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (home, subject, section) DO UPDATE SET ver = facts.ver + 1, body = excluded.body`, row...)
			if err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "DELETE FROM fact_index WHERE {checked} AND home = $1 AND subject = $2", r.Home, r.ID); err != nil {
			return err
		}
		if err := tx.Bulk(ctx, "fact_index", indexColumns, index); err != nil {
			return err
		}
		return setPhoneKeys(ctx, tx, r.Home, r.ID, phones)
	}, nil
}

// personSubject is how change sets reach persons: name, sex, birth, national number, relation and the facts.
type personSubject struct{ s *Service }

func (p personSubject) Load(ctx context.Context, scope access.Scope, id int64, on clock.Day) (change.Record, error) {
	s := p.s
	row, h, relation, err := s.person(ctx, scope, id)
	if err != nil {
		return change.Record{}, err
	}
	key, err := s.keys.Of(ctx, row.Home, row.ID)
	if err != nil {
		return change.Record{}, fmt.Errorf("open person %d: %w", id, err)
	}
	documents, err := s.documents(ctx, scope, row.Home, row.ID, func() (crypt.DataKey, error) { return key, nil })
	if err != nil {
		return change.Record{}, err
	}
	fields := change.Values(documents.of(on).flat())
	fields[FieldName], fields[FieldSex], fields[FieldRelation] = row.Name, textOrNil(row.Sex), textOrNil(relation)
	fields[FieldBirth] = nil
	if row.Birth != nil {
		fields[FieldBirth] = row.Birth.String()
	}
	if fields[FieldNationalID], err = s.nationalID(ctx, scope, row, key); err != nil {
		return change.Record{}, err
	}
	return change.Record{Kind: SubjectPerson, ID: row.ID, Home: row.Home, Household: h.ID, Area: h.Area, Ver: row.Ver, Label: row.Number, On: on, Fields: fields, Key: key}, nil
}

// nationalID opens a person's sealed number; nil if there is none.
func (s *Service) nationalID(ctx context.Context, scope access.Scope, p Person, key crypt.DataKey) (any, error) {
	var sealed []byte
	if err := store.One(ctx, s.db.In(scope), "SELECT id_sealed FROM person WHERE {checked} AND home = $1 AND id = $2", []any{p.Home, p.ID}, &sealed); err != nil {
		return nil, err
	}
	if sealed == nil {
		return nil, nil
	}
	plain, err := crypt.Open(key, sealed, idPlace(p.ID))
	if err != nil {
		return nil, fmt.Errorf("open a national identity number: %w", err)
	}
	return string(plain), nil
}

func idPlace(person int64) crypt.Place {
	return crypt.Place{Table: "person", Column: "id_sealed", Row: person}
}

func (p personSubject) Sees(scope access.Scope, r change.Record, field string) bool {
	return p.s.sees(scope, SubjectPerson, r.Area, field)
}

func (p personSubject) Protected(_ context.Context, r change.Record, field string) (bool, error) {
	return p.s.protected(r.Area, SubjectPerson, field, func(policy.Item) bool { return field == FieldNationalID || field == FieldRelation })
}

func (p personSubject) Check(_ context.Context, r change.Record, set change.Values) ([]policy.Problem, error) {
	return p.s.checked(r.Area, SubjectPerson, r.Fields, set)
}

func (p personSubject) Prepare(ctx context.Context, scope access.Scope, r change.Record, set change.Values) (change.Write, error) {
	s := p.s
	_, h, _, err := s.person(ctx, scope, r.ID)
	if err != nil {
		return nil, err
	}
	writeFacts, err := s.prepareFacts(ctx, scope, r, SubjectPerson, h.ID, set)
	if err != nil {
		return nil, err
	}
	name, birth := set[FieldName], set[FieldBirth]
	sex := set[FieldSex]
	birthDay, err := parseBirth(birth)
	if err != nil {
		return nil, err
	}
	_, setsBirth := set[FieldBirth]
	keyName, _ := name.(string)
	if keyName == "" {
		keyName, _ = r.Fields[FieldName].(string)
	}
	keyBirth := birthDay
	if !setsBirth {
		if keyBirth, err = parseBirth(r.Fields[FieldBirth]); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, tx store.Tx) error {
		if err := store.Bump(ctx, tx, "person", "{checked} AND home = $1 AND id = $2", r.Ver, r.Home, r.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE person SET name = coalesce($3, name), sex = coalesce($4, sex), birth = CASE WHEN $5 = 1 THEN $6 ELSE birth END WHERE {checked} AND home = $1 AND id = $2",
			r.Home, r.ID, textPointer(name), textPointer(sex), flag(setsBirth), birthDay)
		if err != nil {
			return err
		}
		if name != nil || setsBirth {
			if err := writeName(ctx, tx, h, r.ID, keyName, keyBirth); err != nil {
				return err
			}
		}
		return writeFacts(ctx, tx)
	}, nil
}

func parseBirth(value any) (*int64, error) {
	text, ok := value.(string)
	if !ok {
		return nil, nil
	}
	d, err := clock.ParseDay(text)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the date of birth is not a date")
	}
	return days(&d), nil
}

func textPointer(value any) *string {
	if text, ok := value.(string); ok {
		return &text
	}
	return nil
}

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}
