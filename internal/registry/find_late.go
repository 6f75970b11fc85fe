package registry

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"rightkey/internal/access"
	"rightkey/internal/store"
	"rightkey/linkage/namekey"
)

// An import writes the keys of its persons late: person_find has them at once, a list in find_late says whose they are,
// and many lists together are written into find_key in the order of the keys. A key of a portion would go to a page of
// its own of a large tree, and each page is written whole, to the log and to the file. Until then they are found by what
// a process keeps of the lists in memory.

// fewPersons is below how many persons their keys are written at once.
var fewPersons = 16

// latePlace names a list by its home and its first person. That of goneLate, which stays, holds the persons of any other
// whose keys have been taken away since.
type latePlace struct{ home, person int64 }

var (
	goneLate        latePlace
	findLateColumns = []string{"home", "person", "persons"}
)

// lateList are the keys of a list: whose[i] is the position of the person who has keys[i].
type lateList struct {
	persons []found
	keys    []int64 // rising
	whose   []int32
}

// newLateList orders the keys of persons.
func newLateList(persons []found) *lateList {
	l := &lateList{persons: persons}
	type one struct {
		key int64
		who int32
	}
	var all []one
	for i, p := range persons {
		for _, key := range p.keys {
			all = append(all, one{key, int32(i)})
		}
		l.persons[i].keys = nil
	}
	slices.SortFunc(all, func(a, b one) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.who, b.who)) })
	l.keys, l.whose = make([]int64, len(all)), make([]int32, len(all))
	for i, o := range all {
		l.keys[i], l.whose[i] = o.key, o.who
	}
	return l
}

// late are the lists that a process has read. A list never changes.
type late struct {
	mu    sync.Mutex
	lists map[latePlace]*lateList
}

// latecomers are those whose keys are not in find_key yet, as of one moment. Whoever looks for somebody asks for them
// before find_key, so that nobody goes from here to there unseen.
type latecomers struct {
	places []latePlace
	lists  []*lateList
	gone   map[int64]bool
}

// latecomers reads the lists that the process does not know and forgets those that are written.
func (s *Service) latecomers(ctx context.Context) (latecomers, error) {
	s.waiting.mu.Lock()
	defer s.waiting.mu.Unlock()
	now, err := readLate(ctx, s.db.In(findScope))
	if err != nil || len(now.places) == 0 {
		s.waiting.lists = nil
		return now, err
	}
	known := s.waiting.lists
	s.waiting.lists = make(map[latePlace]*lateList, len(now.places))
	places := now.places
	now.places = nil
	for _, at := range places {
		list := known[at]
		if list == nil {
			if list, err = s.readList(ctx, at); err != nil {
				return latecomers{}, err
			}
		}
		if list == nil {
			continue // written in the meantime
		}
		s.waiting.lists[at] = list
		now.places, now.lists = append(now.places, at), append(now.lists, list)
	}
	return now, nil
}

// readLate tells which lists there are, without their keys.
func readLate(ctx context.Context, q store.Querier) (latecomers, error) {
	now := latecomers{gone: map[int64]bool{}}
	type row struct {
		latePlace
		gone []byte
	}
	rows, err := store.All(ctx, q, "SELECT home, person, CASE WHEN home = 0 THEN persons END FROM find_late WHERE {checked} ORDER BY home, person", nil,
		func(r store.Rows, one *row) error { return r.Scan(&one.home, &one.person, &one.gone) })
	if err != nil {
		return now, fmt.Errorf("read whose keys to find by are late: %w", err)
	}
	for _, one := range rows {
		if one.latePlace != goneLate {
			now.places = append(now.places, one.latePlace)
			continue
		}
		for _, person := range unpacked(one.gone) {
			now.gone[person] = true
		}
	}
	return now, nil
}

// readList reads the keys of a list, nil if it is written.
func (s *Service) readList(ctx context.Context, at latePlace) (*lateList, error) {
	lists, err := store.All(ctx, s.db.In(findScope), "SELECT persons FROM find_late WHERE {checked} AND home = $1 AND person = $2", []any{at.home, at.person},
		func(r store.Rows, list *[]byte) error { return r.Scan(list) })
	if err != nil || len(lists) == 0 {
		return nil, err
	}
	listed := unpacked(lists[0])
	if len(listed) == 0 {
		return nil, nil
	}
	all, err := store.All(ctx, s.db.In(findScope), "SELECT area, home, person, keys FROM person_find WHERE {checked} AND home = $1 AND person BETWEEN $2 AND $3", []any{at.home, listed[0], listed[len(listed)-1]},
		func(r store.Rows, f *found) error {
			var keys []byte
			err := r.Scan(&f.area, &f.home, &f.person, &keys)
			f.keys = unpacked(keys)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read keys to find by that are late: %w", err)
	}
	return newLateList(slices.DeleteFunc(all, func(f found) bool {
		_, ok := slices.BinarySearch(listed, f.person)
		return !ok
	})), nil
}

// with calls do for each latecomer with a key.
func (l latecomers) with(key int64, do func(found)) {
	for _, list := range l.lists {
		i, _ := slices.BinarySearch(list.keys, key)
		for ; i < len(list.keys) && list.keys[i] == key; i++ {
			if who := list.persons[list.whose[i]]; !l.gone[who.person] {
				do(who)
			}
		}
	}
}

// storeLate stores the keys of new persons for later, those of a few at once.
func storeLate(ctx context.Context, tx store.Tx, list []found) error {
	if len(list) < fewPersons {
		return storeKeys(ctx, tx, list...)
	}
	var rows, lists [][]any
	byHome := map[int64][]int64{}
	for _, f := range list {
		rows = append(rows, []any{f.home, f.person, f.area, packed(f.keys)})
		byHome[f.home] = append(byHome[f.home], f.person)
	}
	for home, persons := range byHome {
		slices.Sort(persons)
		lists = append(lists, []any{home, persons[0], packed(persons)})
	}
	if err := tx.Bulk(ctx, "person_find", personFindColumns, rows); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO find_late (home, person, persons) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", goneLate.home, goneLate.person, []byte{}); err != nil {
		return err
	}
	return tx.Bulk(ctx, "find_late", findLateColumns, lists)
}

// leaveLate notes that keys of a person are taken away, so that no list brings them back.
func leaveLate(ctx context.Context, tx store.Tx, person int64) error {
	rows, err := store.All(ctx, tx, "SELECT persons FROM find_late WHERE {checked} AND home = $1 AND person = $2 AND EXISTS (SELECT 1 FROM find_late l WHERE l.home > 0)",
		[]any{goneLate.home, goneLate.person}, func(r store.Rows, list *[]byte) error { return r.Scan(list) })
	if err != nil || len(rows) == 0 {
		return err
	}
	return setLateGone(ctx, tx, append(unpacked(rows[0]), person))
}

func setLateGone(ctx context.Context, tx store.Tx, gone []int64) error {
	_, err := tx.Exec(ctx, "UPDATE find_late SET persons = $3 WHERE {checked} AND home = $1 AND person = $2", goneLate.home, goneLate.person, packed(gone))
	return err
}

// mostLate is how many latecomers a search by name compares, and lateStep of how many a statement has a multiple.
const (
	mostLate = 128
	lateStep = 16
)

// named chooses the latecomers in the places of a scope who share most with a name, as nameSearch does with the others:
// a statement with its arguments, "" where there are none.
func (l latecomers) named(scope access.Scope, text string) (string, []any) {
	if len(l.lists) == 0 {
		return "", nil
	}
	places, weights := scope.Ranges(), map[latePlace]int{}
	for _, probe := range namekey.Probes(text) {
		for _, key := range probe.Keys {
			l.with(int64(key), func(f found) {
				if slices.ContainsFunc(places, func(r access.Range) bool { return r.Lo <= f.area && f.area <= r.Hi }) {
					weights[latePlace{f.home, f.person}] += probe.Weight
				}
			})
		}
	}
	if len(weights) == 0 {
		return "", nil
	}
	who := slices.SortedFunc(maps.Keys(weights), func(a, b latePlace) int {
		return cmp.Or(cmp.Compare(weights[b], weights[a]), cmp.Compare(a.home, b.home), cmp.Compare(a.person, b.person))
	})
	who = filled(who[:min(len(who), mostLate)], lateStep, latePlace{-1, -1})
	rows, args := make([]string, len(who)), []any{}
	for i, p := range who {
		args = append(args, p.home, p.person, weights[p])
		rows[i] = fmt.Sprintf("(CAST($%d AS bigint), CAST($%d AS bigint), CAST($%d AS integer))", len(args)-2, len(args)-1, len(args))
	}
	return "SELECT column1 AS home, column2 AS person, column3 AS w FROM (VALUES " + strings.Join(rows, ", ") + ") v", args
}

// met are the latecomers whom walks along find_key would have met.
func (l latecomers) met(walks []walk) []encounter {
	var all []encounter
	for _, w := range walks {
		most := mostAlike
		l.with(w.key.(int64), func(f found) {
			if most > 0 && w.in.Lo <= f.area && f.area <= w.in.Hi {
				all = append(all, encounter{w.asked, f.person, meeting{f.home, f.area}})
				most--
			}
		})
	}
	return all
}
