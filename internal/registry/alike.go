package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/store"
	"rightkey/linkage/namekey"
)

// Identity is by what a person is told from others.
type Identity struct {
	Home, ID   int64 // 0 of somebody who is not in the register yet
	Number     string
	Area       int64
	Household  int64 // 0 if it is not known yet
	Name, Sex  string
	Birth      *clock.Day
	NationalID string // canonical, "" if there is none
}

// The parts of a birth key's hash: the date of birth alone, with a form of the name, or the year with a form of it.
const (
	bornOn = iota + 1
	bornOnUnder
	bornInUnder
)

// birthKey hashes a part of a date and a form of a name (0 for none) into a key as positive and small as those of names.
func birthKey(part int, date int64, name namekey.Key) int64 {
	h := uint64(14695981039346656037)
	for _, n := range []uint64{uint64(part), uint64(date), uint64(name)} {
		for range 8 {
			h = (h ^ n&0xff) * 1099511628211
			n >>= 8
		}
	}
	return int64(h >> 12)
}

// births are the keys of the date of birth of a person whose name has these keys: alone, with the letters and with the
// sound of the name, and the year with the letters.
func births(name []namekey.Key, birth int64) (alone int64, under []int64) {
	year, _, _ := clock.Day(birth).Civil()
	for _, k := range name {
		switch k.Kind() {
		case namekey.Letters:
			under = append(under, birthKey(bornOnUnder, birth, k), birthKey(bornInUnder, int64(year), k))
		case namekey.Sound:
			under = append(under, birthKey(bornOnUnder, birth, k))
		}
	}
	slices.Sort(under)
	return birthKey(bornOn, birth, 0), slices.Compact(under)
}

// birthKeys are all keys of a date of birth; none without one.
func birthKeys(name []namekey.Key, birth *int64) []int64 {
	if birth == nil {
		return nil
	}
	alone, under := births(name, *birth)
	return append(under, alone)
}

const (
	// mostAlike is how many persons are taken who share one key: of a number or of name and birth anywhere, of a birth or
	// a name alone in the same county, or parish.
	mostAlike = 60
	// alikeWalks is how many walks along an index one statement makes at most.
	alikeWalks = 48
)

// statementWalks are how many walks statements make, so that there are few of them: one person's take one of the first.
var statementWalks = []int{4, 8, 16, alikeWalks}

// walk looks along an index for those who share a key with one of the persons asked for.
type walk struct {
	asked int // position
	key   any
	in    access.Range
}

// Alike finds registered persons who are worth comparing with each of those asked for, the persons themselves left
// out: by national number, by date of birth with a form of the name anywhere, by date of birth in the county, by name
// in the area around. Their numbers are unsealed only where somebody is asked for by one. It is work of the program:
// nothing of it is shown before access is decided. Where worth is not nil and nobody is asked for by number, those of whom
// it says no are left out.
func (s *Service) Alike(ctx context.Context, asked []Identity, worth Worth) ([][]Identity, error) {
	walks := map[string][]walk{}
	for i, who := range asked {
		s.walks(i, who, walks)
	}
	late, err := s.latecomers(ctx) // before the others are looked for
	if err != nil {
		return nil, err
	}
	met := make([]map[int64]meeting, len(asked)) // by person
	keyed, err := s.keyed(ctx, asked, walks["find_key"])
	if err != nil {
		return nil, err
	}
	numbered, err := inParts(walks["id_claim"], s.atOnce(asked), alikeWalks, func(some []walk) ([]encounter, error) { return s.walked(ctx, "id_claim", "", some) })
	if err != nil {
		return nil, err
	}
	for _, one := range slices.Concat(keyed, late.met(walks["find_key"]), numbered) {
		if met[one.asked] == nil {
			met[one.asked] = map[int64]meeting{}
		}
		met[one.asked][one.person] = one.meeting
	}
	for i, found := range met {
		delete(found, asked[i].ID)
	}
	numbers := slices.ContainsFunc(asked, func(who Identity) bool { return who.NationalID != "" })
	if worth != nil {
		if err := s.leaveOut(ctx, met, s.atOnce(asked), worth); err != nil {
			return nil, err
		}
	}
	known := map[int64]Identity{}
	for home, persons := range homesOf(met) {
		list, err := s.identities(ctx, home, persons, s.atOnce(asked), numbers)
		if err != nil {
			return nil, err
		}
		for _, one := range list {
			known[one.ID] = one
		}
	}
	out := make([][]Identity, len(asked))
	for i, found := range met {
		for person := range found {
			if one, ok := known[person]; ok {
				out[i] = append(out[i], one)
			}
		}
		slices.SortFunc(out[i], func(a, b Identity) int { return int(max(-1, min(1, a.ID-b.ID))) })
	}
	return out, nil
}

// Worth says of somebody who shares a key with one of those asked for, by position, whether to find out where this
// person lives and which national number this is. The name, sex, date of birth and area are known, the household and
// number not, only that the number is not the one asked for: who has that is read in any case.
type Worth func(asked int, one Identity) bool

// meeting is a person who was met on a walk, and where the key lies; 0 for a key of a number, which lies nowhere.
type meeting struct{ home, area int64 }

// encounter is a person who was met by one of those asked for.
type encounter struct {
	asked  int // position
	person int64
	meeting
}

// homesOf are the persons who were met, rising, by home.
func homesOf(met []map[int64]meeting) map[int64][]int64 {
	homes := map[int64][]int64{}
	for _, found := range met {
		for person, at := range found {
			homes[at.home] = append(homes[at.home], person)
		}
	}
	for home, persons := range homes {
		slices.Sort(persons)
		homes[home] = slices.Compact(persons)
	}
	return homes
}

// leaveOut takes those out of whom it is not worth to find out where they live. Most of those met share no more than a
// birthday or a name.
func (s *Service) leaveOut(ctx context.Context, met []map[int64]meeting, parts int, worth Worth) error {
	known := map[int64]Identity{}
	for home, persons := range homesOf(met) {
		list, err := inParts(persons, parts, identityStep, func(some []int64) ([]Identity, error) {
			args := append([]any{home}, store.Padded(some)...)
			return store.All(ctx, s.db.In(findScope), "SELECT p.home, p.id, p.number, p.name, p.sex, p.birth FROM person p WHERE {checked} AND p.erased IS NULL AND p.home = $1 AND p.id IN ("+store.In(2, len(args)-1)+")", args,
				func(r store.Rows, one *Identity) error {
					var born *int64
					err := r.Scan(&one.Home, &one.ID, &one.Number, &one.Name, &one.Sex, &born)
					one.Birth = day(born)
					return err
				})
		})
		if err != nil {
			return fmt.Errorf("read who is alike: %w", err)
		}
		for _, one := range list {
			known[one.ID] = one
		}
	}
	for i, found := range met {
		for person, at := range found {
			one, ok := known[person]
			if one.Area = at.area; !ok || at.area != 0 && !worth(i, one) {
				delete(found, person)
			}
		}
	}
	return nil
}

// walks adds the walks that may meet a person, by table.
func (s *Service) walks(at int, who Identity, into map[string][]walk) {
	add := func(table string, key any, in access.Range) {
		into[table] = append(into[table], walk{at, key, in})
	}
	scheme := s.areas.Scheme()
	name := namekey.Keys(who.Name)
	if who.Birth != nil {
		alone, under := births(name, int64(*who.Birth))
		for _, key := range under {
			add("find_key", key, access.Everywhere)
		}
		add("find_key", alone, scheme.Range(s.county(who.Area)))
	}
	if who.Area != 0 {
		around := scheme.Range(scheme.Parent(who.Area))
		for _, k := range name {
			if k.Kind() == namekey.Letters || k.Kind() == namekey.Sound {
				add("find_key", int64(k), around)
			}
		}
	}
	if who.NationalID != "" {
		add("id_claim", s.blind(who.NationalID), access.Everywhere)
	}
}

// county is the area around that keeps a store of its own; the area itself where no pack is in use.
func (s *Service) county(area int64) int64 {
	pack, err := s.Pack(area)
	if err != nil {
		return area
	}
	scheme := s.areas.Scheme()
	return scheme.At(area, homeLevel(pack, scheme))
}

// County is the area above or at an area that keeps a store of its own, in most countries the county.
func (s *Service) County(area int64) int64 { return s.county(area) }

// walked makes walks in one statement and returns whom they met; of find_key in the layers of the condition.
func (s *Service) walked(ctx context.Context, table, layers string, walks []walk) ([]encounter, error) {
	var b strings.Builder
	var args []any
	width := statementWalks[slices.IndexFunc(statementWalks, func(width int) bool { return width >= len(walks) })]
	for n := range width {
		w := walk{asked: -1}
		if n < len(walks) {
			w = walks[n]
		} else if table == "id_claim" {
			w.key = []byte{}
		} else {
			w.key = int64(-1)
		}
		if n > 0 {
			b.WriteString(" UNION ALL ")
		}
		args = append(args, w.key)
		if table == "id_claim" {
			fmt.Fprintf(&b, "SELECT * FROM (SELECT %d AS n, home, person, 0 AS area FROM id_claim WHERE {checked} AND id_hash = $%d LIMIT %d) w%d", n, len(args), mostAlike, n)
			continue
		}
		args = append(args, w.in.Lo, w.in.Hi)
		fmt.Fprintf(&b, "SELECT * FROM (SELECT %d AS n, home, person, area FROM find_key WHERE {checked} AND %s AND key = $%d AND area BETWEEN $%d AND $%d LIMIT %d) w%d",
			n, layers, len(args)-2, len(args)-1, len(args), mostAlike, n)
	}
	found, err := store.All(ctx, s.db.In(findScope), b.String(), args, func(r store.Rows, met *encounter) error {
		var n int
		err := r.Scan(&n, &met.home, &met.person, &met.area)
		met.asked = walks[n].asked
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for persons alike: %w", err)
	}
	return found, nil
}

// identities reads persons of a home who live in a household now, with their national numbers or without; others are
// left out. Namesakes of a large register are more than a statement takes.
func (s *Service) identities(ctx context.Context, home int64, persons []int64, parts int, numbers bool) ([]Identity, error) {
	return inParts(persons, parts, identityStep, func(some []int64) ([]Identity, error) {
		args := append([]any{home}, store.Padded(some)...)
		return s.identitiesWhere(ctx, findScope, "{checked} AND p.home = $1 AND p.id IN ("+store.In(2, len(args)-1)+")", args, numbers)
	})
}

// identityStep is how many persons are read by one statement: binding many arguments takes SQLite's driver a time that
// grows with the square of their number.
const identityStep = 256

// IdentitiesOf are the identities of these persons, of those who live in a household now. It is work of the program.
func (s *Service) IdentitiesOf(ctx context.Context, persons []int64) ([]Identity, error) {
	homes := map[int64][]int64{}
	for _, id := range persons {
		home, err := s.journal.Ids().Home(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err == nil {
			home, _, err = s.journal.Ids().Moved(ctx, id, home)
		}
		if err != nil {
			return nil, err
		}
		homes[home] = append(homes[home], id)
	}
	var all []Identity
	for home, ids := range homes {
		some, err := s.identities(ctx, home, ids, 1, true)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Identity) int { return int(max(-1, min(1, a.ID-b.ID))) })
	return all, nil
}

// Identities returns the next persons after one, in the order of home and identifier, of those who live in a household
// in scope now. It is work of the program: runs read the register, or an area of it, by it.
func (s *Service) Identities(ctx context.Context, within access.Scope, home, person int64, limit int) ([]Identity, error) {
	return s.identitiesWhere(ctx, within, "{scope h.area} AND (p.home, p.id) > ($1, $2) ORDER BY p.home, p.id LIMIT $3", []any{home, person, limit}, true)
}

func (s *Service) identitiesWhere(ctx context.Context, within access.Scope, where string, args []any, numbers bool) ([]Identity, error) {
	type row struct {
		Identity
		birth  *int64
		sealed []byte
	}
	rows, err := store.All(ctx, s.db.In(within), `SELECT p.home, p.id, p.number, p.name, p.sex, p.birth, p.id_sealed, h.area, h.id FROM person p
		JOIN membership m ON m.home = p.home AND m.person = p.id AND m.to_day IS NULL JOIN household h ON h.home = m.home AND h.id = m.household
		WHERE p.erased IS NULL AND `+where, args, func(r store.Rows, one *row) error {
		return r.Scan(&one.Home, &one.ID, &one.Number, &one.Name, &one.Sex, &one.birth, &one.sealed, &one.Area, &one.Household)
	})
	if err != nil {
		return nil, fmt.Errorf("read who is registered: %w", err)
	}
	list := make([]Identity, len(rows))
	sealed := map[int64][]int{} // positions by home
	for i, one := range rows {
		list[i] = one.Identity
		list[i].Birth = day(one.birth)
		if numbers && one.sealed != nil {
			sealed[one.Home] = append(sealed[one.Home], i)
		}
	}
	for home, at := range sealed {
		ids := make([]int64, len(at))
		for n, i := range at {
			ids[n] = list[i].ID
		}
		keys, err := s.keys.Many(ctx, home, ids)
		if err != nil {
			return nil, err
		}
		for _, i := range at {
			key, ok := keys[list[i].ID]
			if !ok {
				continue // erased
			}
			plain, err := crypt.Open(key, rows[i].sealed, idPlace(list[i].ID))
			if err != nil {
				return nil, fmt.Errorf("open a national identity number: %w", err)
			}
			list[i].NationalID = string(plain)
		}
	}
	return list, nil
}

// Canonical is the one form of a text as a national number under the pack at an area, "" if it is none.
func (s *Service) Canonical(area int64, text string) string {
	pack, err := s.Pack(area)
	if err != nil {
		return ""
	}
	number, ok := identityIn(pack, text)
	if !ok {
		return ""
	}
	return number
}
