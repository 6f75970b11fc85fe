package registry

import (
	"context"
	"slices"
	"strings"

	"rightkey/internal/crypt"
	"rightkey/internal/policy"
	"rightkey/internal/store"
	"rightkey/linkage/namekey"
)

// By what persons and households are found. Whoever writes a person's name, a fact or a household's area writes the
// keys in the same transaction: nameKeys, birthKeys and phoneKeys for new subjects, setPersonKeys and setPhoneKeys for
// changed ones. They follow a record into another area or home with its other rows
// (followers and personal).

var (
	nameKeyColumns  = []string{"key", "area", "home", "person"}
	phoneKeyColumns = []string{"digits", "area", "home", "subject", "item", "household"}
)

// nameKeys are the rows of name_key of a person whose name has these keys.
func nameKeys(area, home, person int64, keys []namekey.Key) [][]any {
	rows := make([][]any, len(keys))
	for i, k := range keys {
		rows[i] = []any{int64(k), area, home, person}
	}
	return rows
}

// setPersonKeys replaces the keys of a person's name and birth.
func setPersonKeys(ctx context.Context, tx store.Tx, area, home, person int64, name string, birth *int64) error {
	for _, table := range []string{"name_key", "birth_key"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE {checked} AND home = $1 AND person = $2", home, person); err != nil {
			return err
		}
	}
	keys := namekey.Keys(name)
	if err := tx.Bulk(ctx, "name_key", nameKeyColumns, nameKeys(area, home, person, keys)); err != nil {
		return err
	}
	return tx.Bulk(ctx, "birth_key", nameKeyColumns, birthKeys(area, home, person, keys, birth))
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
