package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rightkey/internal/change"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// households finds the households behind the rows' household keys, in scope, with what persons and entries need. While
// rows are only tried, households that a file of the same upload will create count as well.
func (r *importRun) households(ctx context.Context, rows []parsed) (map[string]*Household, error) {
	keys := keysOf(rows, func(p parsed) string { return p.household })
	found, err := r.registered(ctx, keys)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if promised := r.promised[key]; found[key] == nil && promised != nil {
			found[key] = promised
		}
	}
	return found, nil
}

// householdOf is the household that a row names; a row that names an unknown one is rejected.
func (r *importRun) householdOf(p *parsed, households map[string]*Household) *Household {
	h := households[p.household]
	if h == nil && p.household != "" {
		p.reject(r.im.Mapping.Household, "no_household", "key", p.household)
	}
	return h
}

// registered finds the registered households behind keys, in scope.
func (r *importRun) registered(ctx context.Context, keys []string) (map[string]*Household, error) {
	if r.im.Mapping.Source == RegisterSource {
		return r.numbered(ctx, keys)
	}
	found := map[string]*Household{}
	for some := range slices.Chunk(keys, 400) {
		args := []any{r.alias(SubjectHousehold)}
		for _, k := range some {
			args = append(args, k)
		}
		type keyed struct {
			key string
			h   Household
		}
		list, err := store.All(ctx, r.s.db.In(r.scope), "SELECT a.key, "+householdColumns+` FROM alias a JOIN household h ON h.home = a.home AND h.id = a.id
			WHERE a.source = $1 AND a.key IN (`+store.In(2, len(some))+") AND {scope h.area}", args, func(rows store.Rows, k *keyed) error {
			return scanHousehold(prefixed{rows, &k.key}, &k.h)
		})
		if err != nil {
			return nil, fmt.Errorf("look up households: %w", err)
		}
		for i := range list {
			found[list[i].key] = &list[i].h
		}
	}
	return found, nil
}

// prefixed scans one column before those that a scan function knows.
type prefixed struct {
	store.Rows
	first any
}

func (p prefixed) Scan(dest ...any) error {
	return p.Rows.Scan(append([]any{p.first}, dest...)...)
}

// planPersons decides on rows of persons.
func (r *importRun) planPersons(ctx context.Context, b *batch, rows []parsed, dry bool) error {
	households, err := r.households(ctx, rows)
	if err != nil {
		return err
	}
	found, err := r.lookup(ctx, SubjectPerson, keysOf(rows, func(p parsed) string { return p.key }))
	if err != nil {
		return err
	}
	owners, err := r.owners(ctx, rows)
	if err != nil {
		return err
	}
	if dry {
		if err := r.newcomersIn(ctx, rows, households, found); err != nil {
			return err
		}
	}
	joined := map[int64]*joining{}
	for i := range rows {
		r.run.Way().Make()
		p := &rows[i]
		h := r.householdOf(p, households)
		if p.rejected() {
			continue
		}
		if at, exists := found[p.key]; exists {
			values := change.Values(maps.Clone(p.values))
			delete(values, FieldNationalID) // another number or relation is an act of the roster
			delete(values, FieldRelation)
			if b.outcomes[i], err = r.reviseMember(ctx, b, p, at.id, h, values, dry); err != nil {
				return fmt.Errorf("row %d: %w", p.n, err)
			}
			continue
		}
		if r.unknownNumber(p) {
			continue
		}
		if dry && r.fresh[p.key] {
			b.outcomes[i] = updated
			continue
		}
		j := joined[h.ID]
		if j == nil {
			j = &joining{household: h}
			joined[h.ID] = j
		}
		isHead := r.isHead(p)
		if isHead && (h.Head != 0 || j.head != 0 || r.heads[h.ID]) {
			p.reject(r.r.columnOf(SubjectPerson, FieldRelation), "second_head")
			continue
		}
		if err := r.inTime(ctx, p, h.Area); err != nil {
			return fmt.Errorf("row %d: %w", p.n, err)
		}
		if p.rejected() {
			continue
		}
		b.outcomes[i] = r.creates(p, dry)
		if isHead {
			j.head = -1
		}
		if dry {
			r.heads[h.ID] = r.heads[h.ID] || isHead
			continue
		}
		if err := r.newPerson(ctx, b, p, j, isHead, owners); err != nil {
			return fmt.Errorf("row %d: %w", p.n, err)
		}
	}
	if dry {
		return nil
	}
	b.sort()
	return r.join(ctx, b, joined)
}

// joining is what a chunk adds to a household.
type joining struct {
	household *Household
	persons   []int64
	head      int64 // -1 while its person has no identifier yet
	headName  string
}

// isHead says whether a row's relation is the head of household.
func (r *importRun) isHead(p *parsed) bool {
	code, _ := p.values[FieldRelation].(string)
	item, ok := r.r.pack.Item(SubjectPerson, FieldRelation)
	if !ok || code == "" {
		return false
	}
	return slices.ContainsFunc(item.Options(), func(o policy.Option) bool { return o.Code == code && o.Group == GroupHead })
}

// idField names the blind index of national identity numbers.
const idField = "person.national_id"

// owners finds which of the rows' national identity numbers have a confirmed holder.
func (r *importRun) owners(ctx context.Context, rows []parsed) (map[[16]byte]bool, error) {
	taken := map[[16]byte]bool{}
	var hashes []any
	for _, p := range rows {
		if number, ok := p.values[FieldNationalID].(string); ok {
			hash := r.s.keys.Ring().Blind(idField, []byte(number))
			hashes = append(hashes, hash[:])
		}
	}
	for some := range slices.Chunk(hashes, 400) {
		list, err := store.All(ctx, r.s.db.In(r.scope), "SELECT id_hash FROM id_claim WHERE {checked} AND rank = $1 AND id_hash IN ("+store.In(2, len(some))+")", append([]any{holder}, some...),
			func(rows store.Rows, hash *[]byte) error { return rows.Scan(hash) })
		if err != nil {
			return nil, fmt.Errorf("look up identity numbers: %w", err)
		}
		for _, hash := range list {
			taken[[16]byte(hash)] = true
		}
	}
	return taken, nil
}

func (r *importRun) newPerson(ctx context.Context, b *batch, p *parsed, j *joining, isHead bool, owners map[[16]byte]bool) error {
	h := j.household
	id, err := r.s.journal.Ids().One(ctx, h.Home)
	if err != nil {
		return err
	}
	key := r.s.keys.Make(h.Home, id)
	b.keys = append(b.keys, key)
	name, _ := p.values[FieldName].(string)
	sex, _ := p.values[FieldSex].(string)
	relation, _ := p.values[FieldRelation].(string)
	birth, err := parseBirth(p.values[FieldBirth])
	if err != nil {
		return err
	}
	var sealed []byte
	tail, state := "", ""
	if number, ok := p.values[FieldNationalID].(string); ok {
		hash := r.s.keys.Ring().Blind(idField, []byte(number))
		sealed, tail, state = crypt.Seal(key.Key, []byte(number), idPlace(id)), Tail(number)[4:], "confirmed"
		rank := int64(holder)
		if owners[hash] {
			state, rank = "provisional", id
		}
		owners[hash] = true
		b.add("id_claim", []string{"id_hash", "rank", "home", "person"}, []any{hash[:], rank, h.Home, id})
	}
	b.add("person", personInsert, []any{h.Home, id, Number(id), name, sex, birth, sealed, tail, state})
	b.found = append(b.found, found{h.Area, h.Home, id, foundBy(name, birth)})
	b.add("membership", membershipInsert, []any{h.Home, h.ID, id, int64(p.day), relation, flag(isHead)})
	b.add("alias", aliasInsert, []any{r.alias(SubjectPerson), p.key, h.Home, SubjectPerson, id})
	if err := r.newFacts(ctx, b, SubjectPerson, h.Home, id, h.Area, h.ID, p.day, p.values, key.Key); err != nil {
		return err
	}
	j.persons = append(j.persons, id)
	if isHead {
		j.head, j.headName = id, name
	}
	return b.command.Note(ctx, journal.Entry{Kind: "person.created", SubjectKind: SubjectPerson, Subject: id, Home: h.Home, Area: h.Area, ValidOn: &p.day, VerAfter: 1,
		Key: &key.Key, Body: map[string]any{"import": r.im.ID, "row": p.n, "household": h.ID, "set": p.values}})
}

// join prepares the households' side of new members: how many they are and who is the head. The household's version
// is bumped, so that of two files at once only one gives it a head.
func (r *importRun) join(ctx context.Context, b *batch, joined map[int64]*joining) error {
	var grown []*joining
	for _, id := range slices.Sorted(maps.Keys(joined)) {
		j := joined[id]
		if len(j.persons) == 0 {
			continue
		}
		h := j.household
		err := b.command.Note(ctx, journal.Entry{Kind: "household.joined", SubjectKind: SubjectHousehold, Subject: h.ID, Home: h.Home, Area: h.Area, ValidOn: &r.r.day,
			VerBefore: h.Ver, VerAfter: h.Ver + 1, Body: map[string]any{"persons": j.persons, "head": j.head}})
		if err != nil {
			return err
		}
		grown = append(grown, j)
	}
	b.writes = append(b.writes, func(ctx context.Context, tx store.Tx) error { return grow(ctx, tx, grown) })
	return nil
}

// grow adds members to households, as many households in a statement as a power of two, so that there are few
// statements. A Stale fault: one of them is not at the version that was planned on any more.
func grow(ctx context.Context, tx store.Tx, grown []*joining) error {
	for len(grown) > 0 {
		n := 1
		for 2*n <= len(grown) {
			n *= 2
		}
		var values strings.Builder
		var args []any
		for i, j := range grown[:n] {
			if i > 0 {
				values.WriteString(", ")
			}
			at := len(args)
			fmt.Fprintf(&values, "(CAST($%d AS bigint), CAST($%d AS bigint), CAST($%d AS bigint), CAST($%d AS bigint), CAST($%d AS bigint), CAST($%d AS text))", at+1, at+2, at+3, at+4, at+5, at+6)
			args = append(args, j.household.Home, j.household.ID, j.household.Ver, int64(len(j.persons)), j.head, j.headName)
		}
		changed, err := tx.Exec(ctx, `UPDATE household SET ver = ver + 1, members = members + v.column4, head = CASE WHEN v.column5 > 0 THEN v.column5 ELSE head END,
			head_name = CASE WHEN v.column5 > 0 THEN v.column6 ELSE head_name END
			FROM (VALUES `+values.String()+`) v WHERE {checked} AND home = v.column1 AND id = v.column2 AND ver = v.column3`, args...)
		if err != nil {
			return err
		}
		if changed != int64(n) {
			return fault.New(fault.Stale, "a household was changed by somebody else in the meantime")
		}
		grown = grown[n:]
	}
	return nil
}
