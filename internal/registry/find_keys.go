package registry

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"rightkey/internal/crypt"
	"rightkey/internal/policy"
	"rightkey/internal/store"
	"rightkey/linkage/namekey"
)

// By what persons and households are found. Whoever writes a person's name, a fact or a household's area writes the
// keys in the same transaction: storeKeys and phoneKeys for new subjects, setPersonKeys and setPhoneKeys for changed
// ones. They follow a record into another area or home with its other rows (moveKeys, followers and personal).

var (
	findKeyColumns    = []string{"layer", "key", "area", "home", "person"}
	personFindColumns = []string{"home", "person", "area", "keys"}
	phoneKeyColumns   = []string{"digits", "area", "home", "subject", "item", "household"}
)

// found is by what a person is found, in the area of the household.
type found struct {
	area, home, person int64
	keys               []int64
}

// foundBy are the keys of a name and a date of birth, in order.
func foundBy(name string, birth *int64) []int64 {
	names := namekey.Keys(name)
	keys := birthKeys(names, birth)
	for _, k := range names {
		keys = append(keys, int64(k))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// storeKeys stores the keys of persons who have none, in the order in which their rows lie.
func storeKeys(ctx context.Context, tx store.Tx, list ...found) error {
	var rows, lists [][]any
	for _, f := range list {
		for _, key := range f.keys {
			rows = append(rows, []any{0, key, f.area, f.home, f.person})
		}
		lists = append(lists, []any{f.home, f.person, f.area, packed(f.keys)})
	}
	slices.SortFunc(rows, func(x, y []any) int { return cmp.Compare(x[1].(int64), y[1].(int64)) })
	if err := tx.Bulk(ctx, "find_key", findKeyColumns, rows); err != nil {
		return err
	}
	return tx.Bulk(ctx, "person_find", personFindColumns, lists)
}

// takeKeys takes the keys of a person away and returns them; a subject without keys has an empty list.
func takeKeys(ctx context.Context, tx store.Tx, home, person int64) (found, error) {
	f := found{home: home, person: person}
	if err := leaveLate(ctx, tx, person); err != nil {
		return f, err
	}
	var keys []byte
	err := store.One(ctx, tx, "SELECT area, keys FROM person_find WHERE {checked} AND home = $1 AND person = $2", []any{home, person}, &f.area, &keys)
	if errors.Is(err, store.ErrNoRows) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	if f.keys = unpacked(keys); len(f.keys) > 0 {
		args := append([]any{f.area, home, person}, store.Padded(f.keys)...)
		if _, err := tx.Exec(ctx, "DELETE FROM find_key WHERE {checked} AND "+anyLayer+" AND area = $1 AND home = $2 AND person = $3 AND key IN ("+store.In(4, len(args)-3)+")", args...); err != nil {
			return f, err
		}
	}
	_, err = tx.Exec(ctx, "DELETE FROM person_find WHERE {checked} AND home = $1 AND person = $2", home, person)
	return f, err
}

// setPersonKeys replaces the keys of a person's name and birth.
func setPersonKeys(ctx context.Context, tx store.Tx, area, home, person int64, name string, birth *int64) error {
	if _, err := takeKeys(ctx, tx, home, person); err != nil {
		return err
	}
	return storeKeys(ctx, tx, found{area, home, person, foundBy(name, birth)})
}

// moveKeys stores the keys of a person, if the subject is one that has any, for the place that to makes of the one
// where they are.
func moveKeys(ctx context.Context, tx store.Tx, home, person int64, to func(*found)) error {
	f, err := takeKeys(ctx, tx, home, person)
	if err != nil || len(f.keys) == 0 {
		return err
	}
	to(&f)
	return storeKeys(ctx, tx, f)
}

// packed are keys in a row, eight bytes each.
func packed(keys []int64) []byte {
	out := make([]byte, 0, 8*len(keys))
	for _, key := range keys {
		out = binary.BigEndian.AppendUint64(out, uint64(key))
	}
	return out
}

func unpacked(text []byte) []int64 {
	keys := make([]int64, 0, len(text)/8)
	for some := range slices.Chunk(text, 8) {
		keys = append(keys, int64(binary.BigEndian.Uint64(some)))
	}
	return keys
}

// phoneKeys are the rows of phone_key of a subject's facts: numbers is the number of each item that finds by phone.
func (s *Service) phoneKeys(ctx context.Context, pack *policy.Pack, subjectKind string, home, subject, area, household int64, facts policy.Facts) ([][]any, error) {
	var rows [][]any
	for _, item := range pack.ItemsOf(subjectKind) {
		text, ok := facts[item.Code].(string)
		if item.Find != policy.FindPhone || !ok {
			continue
		}
		digits := backwards(text)
		if len(digits) < shortestPhone {
			continue
		}
		number, err := s.itemNumber(ctx, subjectKind, item.Code)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []any{digits, area, home, subject, number, household})
	}
	return rows, nil
}

// setPhoneKeys replaces the telephone numbers of a subject.
func setPhoneKeys(ctx context.Context, tx store.Tx, home, subject int64, rows [][]any) error {
	if _, err := tx.Exec(ctx, "DELETE FROM phone_key WHERE {checked} AND home = $1 AND subject = $2", home, subject); err != nil {
		return err
	}
	return tx.Bulk(ctx, "phone_key", phoneKeyColumns, rows)
}

// A telephone number is found by the digits at its end, which stay whatever is dialled before them.
const (
	shortestPhone = 5
	surePhone     = 9
)

// backwards are the digits of a telephone number from the last to the first.
func backwards(text string) string {
	digits, err := crypt.Normalise(crypt.Digits, text)
	if err != nil {
		return "" // the normaliser exists
	}
	letters := []byte(strings.TrimLeft(digits, "0"))
	slices.Reverse(letters)
	return string(letters)
}

// writeName stores what else follows from a person's new name or birth: the keys, and the name of the household's head.
func writeName(ctx context.Context, tx store.Tx, h Household, person int64, name string, birth *int64) error {
	if h.Head == person {
		if _, err := tx.Exec(ctx, "UPDATE household SET head_name = $3 WHERE {checked} AND home = $1 AND id = $2", h.Home, h.ID, name); err != nil {
			return err
		}
	}
	return setPersonKeys(ctx, tx, h.Area, h.Home, person, name, birth)
}
