package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/policy"
	"rightkey/internal/registry/upload"
	"rightkey/internal/store"
)

// Mark is something by which a household, where it is, may be known again.
type Mark struct {
	Home, Household, Area int64
	Status                string
	Likeness              int64  // of a photo, see upload.Likeness
	Text                  string // of a secret fact
}

// Pictures are what the photos of households in scope look like, of those that show enough to tell. It is work of the
// program: photos are compared, none is shown. What was stored before likenesses were taken is looked at now.
func (s *Service) Pictures(ctx context.Context, within access.Scope) ([]Mark, error) {
	type row struct {
		Mark
		attachment, owner int64
		likeness          *int64
	}
	rows, err := store.All(ctx, s.db.In(within), `SELECT t.home, t.id, t.owner, t.household, h.area, h.status, t.likeness FROM attachment t JOIN household h ON h.home = t.home AND h.id = t.household
		WHERE {scope h.area} AND h.closed IS NULL AND t.ended IS NULL AND t.state = 'clean' AND t.kind IN ('family_photo', 'house_photo') AND t.type <> $1 ORDER BY t.id`, []any{upload.PDF},
		func(r store.Rows, one *row) error {
			return r.Scan(&one.Home, &one.attachment, &one.owner, &one.Household, &one.Area, &one.Status, &one.likeness)
		})
	if err != nil {
		return nil, fmt.Errorf("read what photos look like: %w", err)
	}
	var marks []Mark
	for _, one := range rows {
		if one.likeness == nil {
			likeness, err := s.lookAt(ctx, Attachment{Home: one.Home, ID: one.attachment, owner: one.owner})
			if err != nil {
				return nil, err
			}
			one.likeness = &likeness
		}
		if one.Likeness = *one.likeness; one.Likeness != 0 {
			marks = append(marks, one.Mark)
		}
	}
	return marks, nil
}

// lookAt stores what a photo looks like by its small picture.
func (s *Service) lookAt(ctx context.Context, a Attachment) (int64, error) {
	small, err := s.content(ctx, findScope, a, true)
	if err != nil {
		return 0, err
	}
	likeness, err := upload.LikenessOf(small)
	if err != nil {
		return 0, err
	}
	err = s.db.Tx(ctx, findScope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE attachment SET likeness = $3 WHERE {checked} AND home = $1 AND id = $2", a.Home, a.ID, likeness)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("store what a photo looks like: %w", err)
	}
	return likeness, nil
}

// secretChunk is how many documents are opened at once.
const secretChunk = 1000

// Sealed are the households in scope with their answers to an item that is kept sealed. It is work of the program:
// answers are compared, none is shown.
func (s *Service) Sealed(ctx context.Context, within access.Scope, item *policy.Item) ([]Mark, error) {
	type row struct {
		Mark
		body []byte
	}
	var marks []Mark
	var home, last int64
	for {
		rows, err := store.All(ctx, s.db.In(within), `SELECT h.home, h.id, h.area, h.status, f.body FROM household h JOIN facts f ON f.home = h.home AND f.subject = h.id AND f.section = $1
			WHERE {scope h.area} AND h.closed IS NULL AND (h.home, h.id) > ($2, $3) ORDER BY h.home, h.id LIMIT $4`, []any{item.Section, home, last, secretChunk},
			func(r store.Rows, one *row) error {
				return r.Scan(&one.Home, &one.Household, &one.Area, &one.Status, &one.body)
			})
		if err != nil || len(rows) == 0 {
			return marks, err
		}
		home, last = rows[len(rows)-1].Home, rows[len(rows)-1].Household
		byHome := map[int64][]int64{}
		for _, one := range rows {
			byHome[one.Home] = append(byHome[one.Home], one.Household)
		}
		keys := map[int64]crypt.DataKey{}
		for home, ids := range byHome {
			some, err := s.keys.Many(ctx, home, ids)
			if err != nil {
				return nil, err
			}
			for id, key := range some {
				keys[id] = key
			}
		}
		for _, one := range rows {
			key, known := keys[one.Household]
			if !known {
				continue // erased
			}
			if one.Text, err = secretIn(one.body, one.Household, item.Code, key); err != nil {
				return nil, fmt.Errorf("open a sealed answer: %w", err)
			}
			if one.Text != "" {
				marks = append(marks, one.Mark)
			}
		}
	}
}

// secretIn is the sealed answer of a document, without blanks; "" if there is none.
func secretIn(body []byte, subject int64, code string, key crypt.DataKey) (string, error) {
	var facts map[string]any
	if err := json.Unmarshal(body, &facts); err != nil {
		return "", err
	}
	text, _ := facts[code].(string)
	if !strings.HasPrefix(text, sealedMark) {
		return "", nil
	}
	value, err := openFact(text, subject, code, func() (crypt.DataKey, error) { return key, nil })
	if err != nil {
		return "", err
	}
	return strings.Join(strings.Fields(fmt.Sprint(value)), ""), nil
}
